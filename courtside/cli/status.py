"""`courtside status`: what a stage and its models are doing, and what to type next."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli import alerts_incidents, runs
from courtside.cli.console import JsonFlag, print_json, print_pairs, print_table, say
from courtside.cli.looking_again import asking, look_again_and_again
from courtside.cli.stage import OneModel, Stage
from courtside.cli.stage_data import stage_models
from courtside.cli.stage_status import show_models, to_answer, trainings

if TYPE_CHECKING:
    from courtside.core.runs import Run
    from courtside.workflows.stage_models import StageModels
    from courtside.workflows.status import StageStatus


def status(
    stage: Stage = "dev",
    model: OneModel = None,
    watch: Annotated[bool, typer.Option("--watch", help="Look again and again, until you press Ctrl-C.")] = False,
    every: Annotated[
        float, typer.Option(min=1, max=86_400, help="With --watch: seconds from one look to the next.")
    ] = 30,
    as_json: JsonFlag = False,
) -> None:
    """Show what a stage is doing, and what to type next.

    With --model, or in a stage with one model: the champion, the last scheduled check, what is open, what ran and
    failed, and what waits for you. Else a line for each model, the worst first, with how it is and what changed in the
    last 24 hours. Exits with 1 where anything of that cannot be read. With --watch the screen is drawn again every 30
    seconds; together with --json, each look is one line.

    Examples:

    - `courtside status --stage dev`

    - `courtside status --watch --every 10`

    - `courtside status --model churn --json`
    """
    if watch:
        look_again_and_again(lambda: _look(stage, model, as_json=as_json, again=True), every=every, as_json=as_json)
    elif code := _look(stage, model, as_json=as_json, again=False):
        raise typer.Exit(code)


def _look(stage: str, model: str | None, *, as_json: bool, again: bool) -> int:
    """Show the stage once, or once `again`; return 1 where something of it cannot be read, else 0."""
    from courtside.adapters.deployment import reaching_aws, stage_outputs

    with asking(again=again), reaching_aws():
        models = stage_models(stage_outputs(stage))
        listing = None if model else models.list()
    if listing is not None and len(listing.names) > 1:
        return show_models(stage, models, listing, as_json=as_json, again=again)
    _show_model(stage, model, models, as_json=as_json, again=again)
    return 0


def _show_model(stage: str, model: str | None, models: "StageModels", *, as_json: bool, again: bool) -> None:
    from courtside.adapters.deployment import reaching_aws
    from courtside.workflows.model_ledger import ModelLedger
    from courtside.workflows.stage_overview import overview
    from courtside.workflows.status import newest_round, stage_status, training_slots

    with asking(again=again), reaching_aws():
        ran, now = runs.runs_of(stage, model), datetime.now(UTC)
        slots = training_slots(models.ledger, now=now)
        newest = newest_round(models.ledger, ran.model)
        (seen,) = overview([models.show(ran.model)], ledger=models.ledger, now=now)
        found = stage_status(ModelLedger(models.ledger, ran.model), ran, slots=slots, now=now, newest=newest)
        opened = alerts_incidents.open_incidents(stage, models, ran.model)
    following = [*alerts_incidents.to_look(opened), *_next(found, ran.model)]
    if as_json:
        incidents = [alerts_incidents.document(each) for each in opened]
        judged = {"health": seen.judged.health.value, "why": seen.judged.why}
        said = {"stage": stage, "at": now, "model": ran.model, **judged, **_document(found)}
        print_json({**said, "incidents": incidents, "next": following}, compact=again)
        return
    print_pairs(dict(_lines(found, f"{seen.judged.health}: {seen.judged.why}")))
    alerts_incidents.show_open(opened)
    if found.runs:
        print_table("Last runs", [_row(run) for run in found.runs])
    for hint in following:
        say(f"→ {hint}")


def _document(found: "StageStatus") -> dict[str, Any]:
    return {
        "champion": found.champion and found.champion.model_dump(mode="json"),
        "last_decision": found.last_decision and found.last_decision.model_dump(mode="json"),
        "retraining": found.retraining,
        "waiting_request": found.waiting_request,
        "trainings": found.slots.model_dump(mode="json", include={"running", "waiting"}),
        "approvals": [each.model_dump(mode="json", exclude={"token"}) for each in found.approvals],
        "predictions": list(found.predictions),
        "runs": [runs.document(run) for run in found.runs],
    }


def _lines(found: "StageStatus", health: str) -> Iterator[tuple[str, str]]:
    champion, decision = found.champion, found.last_decision
    yield (
        "champion",
        f"version {champion.version} since {champion.since:%Y-%m-%d %H:%M} UTC ({champion.rule}: {champion.reason})"
        if champion
        else "none yet",
    )
    yield "health", health
    yield (
        "last check",
        f"{decision.decided_at:%Y-%m-%d %H:%M} UTC of {decision.window.start} to {decision.window.end}: "
        f"{decision.action} ({decision.rule}: {decision.reason})"
        if decision
        else "none yet",
    )
    if found.predictions:
        yield "predictions", "; ".join(found.predictions)
    yield "retraining", found.retraining or "none is running"
    if found.waiting_request and found.retraining:
        yield "remembered", f"training {found.waiting_request} starts when {found.retraining} is done"
    elif found.waiting_request and found.slots.running:
        yield "remembered", f"training {found.waiting_request} starts when its turn comes"
    elif found.waiting_request:
        yield "remembered", f"training {found.waiting_request}, but nothing runs that would start it"
    if found.slots.running or found.slots.waiting:
        yield "all models", trainings(found.slots)
    for each in found.approvals:
        yield "approval", f"training {each.training_id} waits until {each.expires_at:%Y-%m-%d %H:%M} UTC: {each.reason}"


def _next(found: "StageStatus", model: str) -> Iterator[str]:
    for each in found.approvals:
        yield to_answer(each.training_id, model)
    if found.failed is not None:
        yield f"The last training failed: `courtside runs show {found.failed.id} --model {model}` says why"
    if found.waiting_request and not found.retraining and not found.slots.running:
        yield f"To run what was remembered: `courtside retrain --model {model}`"
    if found.champion is None and not found.retraining:
        yield f"To train the first champion: `courtside retrain --model {model} --trigger initial --wait`"


def _row(run: "Run") -> dict[str, str]:
    shown = runs.row(run)
    return {name: shown[name] for name in ("started (UTC)", "run", "state", "outcome")}
