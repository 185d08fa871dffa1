"""What `courtside status` shows of a stage with several models: a line for each, and what all of them share."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from courtside.cli import alerts_incidents
from courtside.cli.console import people, print_json, print_table, say
from courtside.cli.entry import EXIT_FAILED
from courtside.cli.glance import champion, glance, last_check, next_due, say_unreadable
from courtside.core.watch import NOTHING_CAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from courtside.contracts.records import TrainingSlots
    from courtside.workflows.stage_models import StageListing, StageModels
    from courtside.workflows.stage_overview import ModelOverview

_MOST_NAMED = 6


def show_models(stage: str, models: "StageModels", listing: "StageListing", *, as_json: bool) -> None:
    """Print the models of a stage, what is under way, and what to type next; exit with 1 if one cannot be read."""
    from courtside.adapters.deployment import reaching_aws
    from courtside.workflows.stage_overview import overview
    from courtside.workflows.status import training_slots

    with people.status("Asking the stage"), reaching_aws():
        now = datetime.now(UTC)
        found = overview(listing.models, ledger=models.ledger, now=now)
        slots = training_slots(models.ledger, now=now)
        opened = alerts_incidents.open_incidents(stage, models, None)
    following = [*alerts_incidents.to_look(opened), *_next(found)]
    if as_json:
        broken = [{"model": name, "problem": str(error)} for name, error in listing.unreadable.items()]
        print_json({
            "stage": stage,
            "models": [*({"model": each.entry.name, **glance(each)} for each in found), *broken],
            "trainings": slots.model_dump(mode="json", include={"running", "waiting"}),
            "incidents": [alerts_incidents.document(each) for each in opened],
            "next": following,
        })  # fmt: skip
    else:
        print_table("Models", [_row(each) for each in found])
        alerts_incidents.show_open(opened)
        _say(found, slots)
        say_unreadable(listing.unreadable)
        for hint in following:
            say(f"→ {hint}")
    if listing.unreadable or any(each.problem for each in found):
        raise typer.Exit(EXIT_FAILED)


def _row(found: "ModelOverview") -> dict[str, Any]:
    newest = found.round
    outcome = f": {newest.last_outcome} ({newest.last_rule})" if newest and newest.last_rule else ""
    return {
        "model": found.entry.name,
        "champion": champion(found),
        "health": found.health,
        "last check (UTC)": f"{last_check(found)}{outcome}",
        "under way": str(found.under_way),
        "next due (UTC)": next_due(found),
    }


def _say(found: "Sequence[ModelOverview]", slots: "TrainingSlots") -> None:
    for each in found:
        if each.round is not None and each.round.failing:
            say(f"{each.entry.name}: {each.round.last_reason}", style="bold red")
        for sentence in each.round.predictions if each.round is not None else ():
            if sentence != NOTHING_CAME:
                say(f"{each.entry.name}: {sentence}")
    if slots.running or slots.waiting:
        say(f"trainings: {trainings(slots)}")


def trainings(slots: "TrainingSlots") -> str:
    """Say which models train and which wait, in their order."""
    running = ", ".join(f"{each.model} trains" for each in slots.running) or "none trains"
    more = f" and {len(slots.waiting) - _MOST_NAMED} more" if len(slots.waiting) > _MOST_NAMED else ""
    waiting = f"in this order wait {', '.join(slots.waiting[:_MOST_NAMED])}{more}" if slots.waiting else "none waits"
    return f"{running}; {waiting}"


def to_answer(training_id: str, model: str) -> str:
    """Say what to type for a challenger that waits for a person."""
    return f"To answer: `courtside versions approve {training_id} --model {model}`, or `reject` in its place"


def _next(found: "Sequence[ModelOverview]") -> "Iterator[str]":
    for each in found:
        if each.under_way.approval is not None:
            yield to_answer(each.under_way.approval.training_id, each.entry.name)
    yield "To see one model in full: `courtside status --model MODEL`"
