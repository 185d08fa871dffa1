"""`courtside versions`: which version is champion, since when and why, and how to change that."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.own_packages import Trusted
from courtside.cli.stage import Model, Stage, caller, signed, stage_tracking_uri
from courtside.cli.stage_data import stage_lake
from courtside.cli.versions_import import import_model
from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import shortened

if TYPE_CHECKING:
    from courtside.contracts.records import ApprovalRecord, Reign
    from courtside.workflows.approval import Approvals
    from courtside.workflows.production import Production
    from courtside.workflows.rollback import Moved

app = typer.Typer(no_args_is_help=True, help="Look at the registry, decide on challengers, undo a promotion.")

app.command("import")(import_model)

TrainingId = Annotated[str, typer.Argument(help="The training whose challenger it is; the alert names it.")]


class NotAVersion(BadInput):
    """Versions of a registered model are counted."""

    def __init__(self, given: str) -> None:
        self.given = given
        super().__init__(
            f"{shortened(given)!r} is not a version: a version is a number such as 3; `courtside versions list` shows "
            "them"
        )


def _version(given: str) -> str:
    if given and not given.isdecimal():
        raise NotAVersion(given)
    return given


Version = Annotated[
    str,
    typer.Argument(callback=_version, help="A version of the registry, as `courtside versions list` shows it."),
]


@app.command("list")
def list_versions(stage: Stage = "dev", model: Model = None, as_json: JsonFlag = False) -> None:
    """List the registered versions: the role of each, the gate's verdict on it, and why.

    Example: `courtside versions list --stage dev`
    """
    with people.status("Asking the registry"):
        from courtside.adapters.mlflow_registry import MlflowRegistry
        from courtside.workflows.versions import judged

        lake, dataset = stage_lake(stage, model)
        registry = MlflowRegistry(stage_tracking_uri(stage), place=dataset.place)
        versions = judged(registry.versions(), model=dataset.name, lake=lake)
    print_json(versions) if as_json else print_table("Versions", versions)


@app.command("history")
def production_history(stage: Stage = "dev", model: Model = None, as_json: JsonFlag = False) -> None:
    """Show which version was champion from when to when, why, and who made it so.

    Example: `courtside versions history --stage dev --json`
    """
    with people.status("Asking the stage"):
        reigns = stage_production(stage, model).history()
    if as_json:
        print_json([reign.model_dump(mode="json") for reign in reigns])
        return
    print_table("Champions", [_row(reign) for reign in reigns])


def _row(reign: "Reign") -> dict[str, str]:
    """Return the columns of a champion's time, few enough for a narrow terminal."""
    until = f"{reign.until:%Y-%m-%d %H:%M}" if reign.until else "now"
    return {
        "version": f"{reign.version} ({reign.recalibrates} recalibrated)" if reign.recalibrates else reign.version,
        "champion (UTC)": f"{reign.since:%Y-%m-%d %H:%M} to {until}",
        "why": f"{reign.reason} ({reign.rule}, by {reign.by})",
    }


@app.command("compare")
def compare_versions(
    version: Version,
    other: Annotated[
        str, typer.Argument(callback=_version, help="Compare with it [default: the champion, or the one before].")
    ] = "",
    stage: Stage = "dev",
    model: Model = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what two versions scored in their own trainings, side by side.

    Each was measured on the newest rows of its own training; what decides is the gate, which judges both on the same.

    Example: `courtside versions compare 3 2 --stage dev`
    """
    with people.status("Reading the records of both trainings"):
        from courtside.workflows.compare_versions import compare

        rows = compare(version, other or None, production=stage_production(stage, model))
    print_json(rows) if as_json else print_table("Versions", rows)


@app.command("promote")
def promote_version(
    version: Version,
    reason: Annotated[str, typer.Option(help="The reason, which the production history keeps.")],
    stage: Stage = "dev",
    model: Model = None,
    trust_package: Trusted = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a version champion by hand, drift reference included; the gate is not asked.

    It is loaded and smoke-tested before anything is moved.

    Example: `courtside versions promote 4 --reason "agreed with the analysts" --stage dev`
    """
    with people.status(f"Promoting version {version}"):
        from courtside.adapters.trusted_models import models_trusting
        from courtside.workflows.decisions.by_hand import DecisionsByHand
        from courtside.workflows.rollback import promote_by_hand

        models, production = models_trusting(trust_package or ()), stage_production(stage, model)
        by, now = caller(), datetime.now(UTC)
        done = promote_by_hand(version, reason=reason, production=production, models=models, by=by, now=now)
        DecisionsByHand(production.lake, production.model, by).moved(production.history())
    _print_moved(production.model, done, as_json=as_json)


@app.command("rollback")
def rollback_champion(
    stage: Stage = "dev",
    model: Model = None,
    to: Annotated[str, typer.Option(callback=_version, help="Go back to this version [default: the one before].")] = "",
    trust_package: Trusted = None,
    as_json: JsonFlag = False,
) -> None:
    """Make an earlier champion champion again, drift reference included.

    It is loaded and smoke-tested before anything is moved; a rollback that broke off is finished.

    Examples:

    - `courtside versions rollback --stage dev`

    - `courtside versions rollback --to 3 --stage dev`

    - `courtside versions rollback --trust-package churn_models --model churn`
    """
    with people.status("Rolling back"):
        from courtside.adapters.trusted_models import models_trusting
        from courtside.workflows.decisions.by_hand import DecisionsByHand
        from courtside.workflows.rollback import rollback

        models, production = models_trusting(trust_package or ()), stage_production(stage, model)
        by, now = caller(), datetime.now(UTC)
        done = rollback(production=production, models=models, by=by, now=now, to=to or None)
        DecisionsByHand(production.lake, production.model, by).moved(production.history())
    _print_moved(production.model, done, as_json=as_json)


@app.command("approve")
def approve(training_id: TrainingId, stage: Stage = "dev", model: Model = None, as_json: JsonFlag = False) -> None:
    """Let a challenger that passed the gate become champion.

    Example: `courtside versions approve drift-v3-2026-11-01-2026-12-01-calibrated --stage prod`
    """
    _print_answer(_answer(training_id, stage, model, approved=True), as_json=as_json)


@app.command("reject")
def reject(training_id: TrainingId, stage: Stage = "dev", model: Model = None, as_json: JsonFlag = False) -> None:
    """Keep the champion although a challenger passed the gate.

    Example: `courtside versions reject drift-v3-2026-11-01-2026-12-01-calibrated --stage prod`
    """
    _print_answer(_answer(training_id, stage, model, approved=False), as_json=as_json)


@app.command("approvals")
def approvals_waiting(stage: Stage = "dev", model: Model = None, as_json: JsonFlag = False) -> None:
    """List the challengers that wait for a person.

    Example: `courtside versions approvals --stage prod`
    """
    with people.status("Asking the stage"):
        waiting = _approvals(stage, model).waiting(now=datetime.now(UTC))
    if as_json:
        print_json([record.model_dump(mode="json", exclude={"token"}) for record in waiting])
        return
    print_table("Waiting for approval", [_waiting_row(record) for record in waiting])
    for record in waiting:
        say(f"To answer: `courtside versions approve {record.training_id}`, or `reject` in its place")


def _waiting_row(record: "ApprovalRecord") -> dict[str, str | None]:
    return {
        "training": record.training_id,
        "version": record.challenger_version,
        "until (UTC)": f"{record.expires_at:%Y-%m-%d %H:%M}",
        "why it passed": record.reason,
    }


def stage_production(stage: str, model: str | None) -> "Production":
    """Return the production of one of a stage's models; raises as `stage_lake`."""
    from courtside.adapters.deployment import stage_outputs
    from courtside.bootstrap.stage import production_of
    from courtside.contracts.names import StackOutput

    outputs = stage_outputs(stage)
    lake, dataset = stage_lake(stage, model)
    return production_of(
        ledger_table=outputs[StackOutput.LEDGER_TABLE],
        lake=lake,
        tracking_uri=signed(outputs[StackOutput.TRACKING_URI]),
        dataset=dataset,
    )


def _answer(training_id: str, stage: str, model: str | None, *, approved: bool) -> "ApprovalRecord":
    from courtside.contracts.events import ApprovalAnswer

    with people.status("Giving the answer"):
        approvals = _approvals(stage, model)
        return approvals.answer(training_id, ApprovalAnswer(approved=approved, by=caller()), now=datetime.now(UTC))


def _approvals(stage: str, model: str | None) -> "Approvals":
    from courtside.adapters.deployment import stage_outputs
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.adapters.executions import StepFunctionsExecutions
    from courtside.adapters.step_functions import StepFunctionsApproval
    from courtside.contracts.names import StackOutput
    from courtside.workflows.approval import Approvals
    from courtside.workflows.model_ledger import ModelLedger

    outputs, name = stage_outputs(stage), stage_lake(stage, model)[1].name
    return Approvals(
        name,
        ModelLedger(DynamoDbLedger(outputs[StackOutput.LEDGER_TABLE]), name),
        StepFunctionsApproval(),
        StepFunctionsExecutions(outputs[StackOutput.RETRAINING], name),
    )


def _print_moved(model: str, moved: "Moved", *, as_json: bool) -> None:
    result: dict[str, Any] = {"model": model, "before": moved.before, "after": moved.after}
    print_json(result) if as_json else print_table("Champion", [result])


def _print_answer(record: "ApprovalRecord", *, as_json: bool) -> None:
    if as_json:
        print_json(record.model_dump(mode="json", exclude={"token"}))
        return
    said = "approved" if record.approved else "rejected"
    say(f"The challenger of training {record.training_id} was {said}.")
    say(f"To see what comes of it: `courtside runs show {record.training_id}`")
