"""`courtside status`: what a stage is doing, and what to type next."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from courtside.cli import runs
from courtside.cli.console import JsonFlag, people, print_json, print_pairs, print_table, say
from courtside.cli.stage import Model, Stage

MOST_NAMED = 6

if TYPE_CHECKING:
    from courtside.core.runs import Run
    from courtside.workflows.status import StageStatus


def status(stage: Stage = "dev", model: Model = None, as_json: JsonFlag = False) -> None:
    """Show the champion, the last scheduled check, what ran and failed, what waits for you, and what to type next.

    Example: `courtside status --stage dev`
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.contracts.names import StackOutput
    from courtside.workflows.model_ledger import ModelLedger
    from courtside.workflows.status import stage_status, training_slots

    ledger = DynamoDbLedger(stage_outputs(stage)[StackOutput.LEDGER_TABLE])
    with reaching_aws(), people.status("Asking the stage"):
        ran = runs.runs_of(stage, model)
        now = datetime.now(UTC)
        slots = training_slots(ledger, now=now)
        found = stage_status(ModelLedger(ledger, ran.model), ran, slots=slots, now=now)
    if as_json:
        print_json(_document(stage, found))
        return
    print_pairs(dict(_lines(found)))
    if found.runs:
        print_table("Last runs", [_row(run) for run in found.runs])
    for hint in _next(found):
        say(f"→ {hint}")


def _document(stage: str, found: "StageStatus") -> dict[str, Any]:
    return {
        "stage": stage,
        "champion": found.champion and found.champion.model_dump(mode="json"),
        "last_decision": found.last_decision and found.last_decision.model_dump(mode="json"),
        "retraining": found.retraining,
        "waiting_request": found.waiting_request,
        "trainings": found.slots.model_dump(mode="json", include={"running", "waiting"}),
        "approvals": [each.model_dump(mode="json", exclude={"token"}) for each in found.approvals],
        "runs": [runs.document(run) for run in found.runs],
        "next": list(_next(found)),
    }


def _lines(found: "StageStatus") -> Iterator[tuple[str, str]]:
    champion, decision = found.champion, found.last_decision
    yield (
        "champion",
        f"version {champion.version} since {champion.since:%Y-%m-%d %H:%M} UTC ({champion.rule}: {champion.reason})"
        if champion
        else "none yet",
    )
    yield (
        "last check",
        f"{decision.decided_at:%Y-%m-%d %H:%M} UTC of {decision.window.start} to {decision.window.end}: "
        f"{decision.action} ({decision.rule}: {decision.reason})"
        if decision
        else "none yet",
    )
    yield "retraining", found.retraining or "none is running"
    if found.waiting_request and found.retraining:
        yield "remembered", f"training {found.waiting_request} starts when {found.retraining} is done"
    elif found.waiting_request and found.slots.running:
        yield "remembered", f"training {found.waiting_request} starts when its turn comes"
    elif found.waiting_request:
        yield "remembered", f"training {found.waiting_request}, but nothing runs that would start it"
    if found.slots.running or found.slots.waiting:
        yield "all models", f"{_running(found)}; {_waiting(found)}"
    for each in found.approvals:
        yield "approval", f"training {each.training_id} waits until {each.expires_at:%Y-%m-%d %H:%M} UTC: {each.reason}"


def _running(found: "StageStatus") -> str:
    running = ", ".join(f"{each.model} trains" for each in found.slots.running)
    return running or "none trains"


def _waiting(found: "StageStatus") -> str:
    waiting = found.slots.waiting
    more = f" and {len(waiting) - MOST_NAMED} more" if len(waiting) > MOST_NAMED else ""
    return f"in this order wait {', '.join(waiting[:MOST_NAMED])}{more}" if waiting else "none waits"


def _next(found: "StageStatus") -> Iterator[str]:
    for each in found.approvals:
        yield f"To answer: `courtside versions approve {each.training_id}`, or `reject` in its place"
    if found.failed is not None:
        yield f"The last training failed: `courtside runs show {found.failed.id}` says why"
    if found.waiting_request and not found.retraining and not found.slots.running:
        yield "To run what was remembered: `courtside retrain`"
    if found.champion is None and not found.retraining:
        yield "To train the first champion: `courtside retrain --trigger initial --wait`"


def _row(run: "Run") -> dict[str, str]:
    shown = runs.row(run)
    return {name: shown[name] for name in ("started (UTC)", "run", "state", "outcome")}
