"""`courtside watch`: run a round of a deployed stage now."""

import secrets
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.drift import EXIT_DRIFT
from courtside.cli.stage import OneModel, Stage
from courtside.cli.stage_data import stage_models
from courtside.contracts.days import parse_as_of
from courtside.contracts.rounds import FAILED, WatchRequest

if TYPE_CHECKING:
    from courtside.contracts.rounds import FindDueResponse, SettleResponse

EXIT_FAILED = 1
_SHOWN_FEATURES = 3


def watch(
    stage: Stage = "dev",
    model: OneModel = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="Predict what comes from this day on, check the windows that end before it, and judge by what was "
            "known on it [default: today in UTC].",
        ),
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 3 when drift is found.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Run a round of the stage now, as its schedule does, but with every model, whether or not its time has come.

    For each model, it takes in files that arrived, predicts what comes, checks for drift and judges the predictions
    whose labels are known; it alerts and retrains where it finds a reason to. What was done before is only read back,
    so nothing is predicted twice and nobody is alerted twice. Exits with 1 if a model fails, or if what was done with
    one could not be kept.

    Examples:

    - `courtside watch --stage dev`

    - `courtside watch --model churn --as-of 2026-11-01 --json`
    """
    from courtside.adapters.deployed_watch import StepFunctionsWatch
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.contracts.names import StackOutput
    from courtside.workflows.settled_rounds import settled_models

    now = datetime.now(UTC)
    moment = datetime.combine(parse_as_of(as_of, today=now.date()), time(), UTC) if as_of else now
    name = f"asked-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    try:
        with people.status("Running a round"), reaching_aws():
            outputs = stage_outputs(stage)
            models = stage_models(outputs)
            if model is not None:
                models.show(model)
            request = WatchRequest(as_of=moment, model=model, everything=True)
            counted = StepFunctionsWatch(outputs[StackOutput.WATCH]).run(name, request)
            found = settled_models(name, lake=models.lake)
    except KeyboardInterrupt:
        say("A round that has begun goes on without this command; `courtside models list` says what it left")
        raise
    if as_json:
        print_json({**counted.model_dump(mode="json"), "settled": [each.model_dump(mode="json") for each in found]})
    else:
        _show(counted, found, model)
    if lost := counted.due - len(found):
        say(
            f"models whose results could not be kept, so that the next round works on them again: {lost}",
            style="bold red",
        )
    if lost or any(each.outcome == FAILED for each in found):
        raise typer.Exit(EXIT_FAILED)
    if exit_code and any(each.moved for each in found):
        raise typer.Exit(EXIT_DRIFT)


def _show(counted: "FindDueResponse", found: "list[SettleResponse]", model: str | None) -> None:
    print_table("Round", [_row(each) for each in found])
    for each in found:
        for sentence in each.predictions:
            say(f"{each.model}: {sentence}")
        if each.reason:
            say(f"{each.model}: {each.reason}", style="bold red" if each.outcome == FAILED else None)
    if model is not None and not counted.due:
        say(f"{model} is paused: `courtside models resume {model}`")
    elif counted.paused:
        say(f"models that are paused: {counted.paused}")
    if counted.astray:
        say(f"files in a folder of no model, which nobody looks at: {counted.astray}, such as {counted.astray_file}")
    if not counted.models and not counted.paused:
        say("The stage has no model yet; add one with `courtside models add CONTRACT.yaml`")


def _row(each: "SettleResponse") -> dict[str, object]:
    more = len(each.moved) - _SHOWN_FEATURES
    moved = ", ".join(each.moved[:_SHOWN_FEATURES]) + (f" and {more} more" if more > 0 else "")
    return {
        "model": each.model,
        "outcome": each.outcome,
        "rule": each.rule,
        "files": each.files,
        "rows": each.rows,
        "predicted": each.predicted,
        "judged": each.judged,
        "moved": moved,
        "next check (UTC)": f"{each.next_due:%Y-%m-%d %H:%M}" if each.next_due else "",
    }
