"""`courtside runs`: what ran in a stage, what came of it, and why something failed."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_pairs, print_table, print_text, say, say_failure
from courtside.cli.stage import Model, Stage
from courtside.cli.stage_data import stage_lake
from courtside.core.runs import Run, RunKind, copy_run, training_run

if TYPE_CHECKING:
    from courtside.adapters.stage_logs import LogLine
    from courtside.workflows.runs import Runs

app = typer.Typer(no_args_is_help=True, help="See what ran in a stage: trainings, drift checks, backups and restores.")

RunId = Annotated[str, typer.Argument(help="The run, as `courtside runs list` shows it; its beginning is enough.")]
Lines = Annotated[int, typer.Option(min=1, max=10_000, help="How many of the log's last lines to show.")]
SHORT = 60
_Item = TypeVar("_Item")


@app.command("list")
def list_runs(
    stage: Stage = "dev",
    model: Model = None,
    kind: Annotated[RunKind | None, typer.Option(help="Only this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Show at most this many, the newest.")] = 20,
    as_json: JsonFlag = False,
) -> None:
    """List the newest runs: state, who or what started each, how long it took, and why it failed.

    Examples:

    - `courtside runs list --stage dev`

    - `courtside runs list --kind training --limit 5 --json`
    """
    from courtside.adapters.deployment import reaching_aws

    with reaching_aws(), people.status("Asking the stage"):
        found = runs_of(stage, model).recent(limit=limit, kind=kind)
    print_json([document(run) for run in found]) if as_json else print_table("Runs", [row(run) for run in found])


@app.command("show")
def show_run(
    run_id: RunId, stage: Stage = "dev", model: Model = None, lines: Lines = 10, as_json: JsonFlag = False
) -> None:
    """Show one run: what started it, what came of it and why, and its log's last lines.

    Example: `courtside runs show manual-20261128T190000 --stage dev`
    """
    from courtside.adapters.deployment import reaching_aws

    with reaching_aws(), people.status("Asking the stage"):
        run = _run(run_id, stage, model)
        logged = _logged(run, stage)
    errors = [line.text for line in logged if line.level in {"ERROR", "CRITICAL"}]
    if as_json:
        print_json({**document(run), "errors": errors, "log": [asdict(line) for line in logged[-lines:]]})
        return
    print_pairs(_details(run) | ({"error": errors[-1]} if errors else {}))
    _print_lines(logged[-lines:])


@app.command("logs")
def show_logs(
    run_id: RunId, stage: Stage = "dev", model: Model = None, lines: Lines = 100, as_json: JsonFlag = False
) -> None:
    """Print what every function and task wrote about one run, the oldest line first.

    Example: `courtside runs logs manual-20261128T190000 --stage dev --lines 500`
    """
    from courtside.adapters.deployment import reaching_aws

    with reaching_aws(), people.status("Reading the logs"):
        logged = _logged(_run(run_id, stage, model), stage)[-lines:]
    if as_json:
        print_json([asdict(line) for line in logged])
    elif logged:
        _print_lines(logged)
    else:
        say("No log line names this run; logs are kept for log_retention_days, and arrive some seconds late.")


def _run(run_id: str, stage: str, model: str | None) -> Run:
    """Return a run of a model; the name of an execution, which alerts give, says by itself which model it is of."""
    from courtside.adapters.deployment import stage_outputs
    from courtside.adapters.executions import StepFunctionsExecutions
    from courtside.contracts.names import StackOutput

    if model is None:
        execution = StepFunctionsExecutions(stage_outputs(stage)[StackOutput.RETRAINING]).of(run_id)
        if execution is not None:
            return training_run(execution)
    return runs_of(stage, model).of(run_id)


def runs_of(stage: str, model: str | None) -> "Runs":
    """Return the source of the runs of a stage's model, or of its only one; raises what `stage_lake` raises."""
    from courtside.adapters.deployment import stage_outputs
    from courtside.adapters.executions import StepFunctionsExecutions
    from courtside.adapters.stage_logs import copy_results
    from courtside.contracts.names import StackOutput
    from courtside.workflows.runs import Runs

    outputs = stage_outputs(stage)

    def copies(limit: int) -> list[Run]:
        now = datetime.now(UTC)
        found = unless_refused(
            lambda: copy_results(outputs[StackOutput.TRACKING_COPY], limit=limit), "backups and restores"
        )
        return [copy_run(task, started_at=began, last_word_at=last, said=said, now=now)
                for task, began, last, said in found]  # fmt: skip

    machine, (lake, dataset) = outputs[StackOutput.RETRAINING], stage_lake(stage, model)
    return Runs(StepFunctionsExecutions(machine, dataset.name), lake, dataset.name, copies)


def unless_refused(ask: Callable[[], list[_Item]], what: str) -> list[_Item]:
    """Return AWS's answer; where AWS refuses, say so beside the rest, and return nothing."""
    from courtside.adapters.deployment import AwsUnusable, reaching_aws

    try:
        with reaching_aws():
            return ask()
    except AwsUnusable as error:
        say_failure("NotShown", f"{what} are not shown: {error.detail}")
        return []


def row(run: Run) -> dict[str, str]:
    """Return a run's columns for people."""
    return {
        "started (UTC)": f"{run.started_at.astimezone(UTC):%Y-%m-%d %H:%M}",
        "run": run.id,
        "kind": run.kind.value,
        "state": run.state.value,
        "took": _took(run),
        "started by": run.started_by if len(run.started_by) <= SHORT else f"{run.started_by[: SHORT - 1]}…",
        "outcome": run.outcome,
    }


def document(run: Run) -> dict[str, Any]:
    """Return a run for programs: times in ISO 8601, its duration in seconds where it has ended."""
    seconds = (run.ended_at - run.started_at).total_seconds() if run.ended_at else None
    times = {name: at.isoformat() if at else None
             for name, at in (("started_at", run.started_at), ("ended_at", run.ended_at))}  # fmt: skip
    return asdict(run) | times | {"seconds": seconds, "failed": run.failed}


def _details(run: Run) -> dict[str, str]:
    whole = {"model": run.model, **row(run), "started by": run.started_by}
    return {name: value for name, value in whole.items() if value}


def _took(run: Run) -> str:
    if run.kind is RunKind.CHECK:  # its record knows only when it decided
        return ""
    took = (run.ended_at or datetime.now(UTC)) - run.started_at
    return str(timedelta(seconds=round(took.total_seconds())))


def _logged(run: Run, stage: str) -> "list[LogLine]":
    """Return the lines about a run; those of a check carry the id of the training that it may start."""
    from courtside.adapters.stack_resources import stack_resources
    from courtside.adapters.stage_logs import lines_about
    from courtside.contracts.execution_names import training_of_check
    from courtside.contracts.names import stack_name

    about = training_of_check(run.id) if run.kind is RunKind.CHECK else run.id
    resources = stack_resources(stack_name(stage, "pipeline"))
    since = run.started_at - (timedelta(minutes=10) if run.kind is RunKind.CHECK else timedelta(0))
    return unless_refused(lambda: lines_about(about, resources, since=since, until=run.ended_at), "log lines")


def _print_lines(logged: "Sequence[LogLine]") -> None:
    for line in logged:
        print_text(f"{line.at:%Y-%m-%d %H:%M:%S} {line.service} {line.level}: {line.text}")
