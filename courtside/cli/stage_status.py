"""What `courtside status` shows of a stage with several models: a line for each, the worst first."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from courtside.cli import alerts_incidents
from courtside.cli.console import print_json, print_table, say
from courtside.cli.entry import EXIT_FAILED
from courtside.cli.glance import champion, glance, last_check, next_due, say_unreadable
from courtside.cli.layout import cell
from courtside.cli.looking_again import asking
from courtside.core.dashboard.views import Health
from courtside.core.performance.spark import spark
from courtside.core.watch import NOTHING_CAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from courtside.contracts.records import TrainingSlots
    from courtside.core.dashboard.views import Summary
    from courtside.workflows.stage_models import StageListing, StageModels
    from courtside.workflows.stage_overview import ModelOverview

_MOST_NAMED = 6


def show_models(stage: str, models: "StageModels", listing: "StageListing", *, as_json: bool, again: bool) -> int:
    """Print the models of a stage, the worst first, what is under way, and what to type next.

    Return 1 if one of them cannot be read, else 0. With `again`, this is one look of several, and JSON is one line.
    """
    from courtside.adapters.deployment import reaching_aws
    from courtside.workflows.dashboard.kept_summaries import summaries_now
    from courtside.workflows.dashboard.stage_view import worst_first
    from courtside.workflows.stage_overview import overview
    from courtside.workflows.status import training_slots

    with asking(again=again), reaching_aws():
        now = datetime.now(UTC)
        by_name = {each.entry.name: each for each in overview(listing.models, ledger=models.ledger, now=now)}
        summaries = worst_first(summaries_now(by_name.values(), lake=models.lake))
        slots = training_slots(models.ledger, now=now)
        opened = alerts_incidents.open_incidents(stage, models, None)
    found = [(each, by_name[each.model]) for each in summaries]
    following = [*alerts_incidents.to_look(opened), *_next(by_name.values())]
    if as_json:
        broken = [{"model": name, "problem": str(error)} for name, error in listing.unreadable.items()]
        document = {
            "stage": stage,
            "at": now,
            "models": [*(_document(*each) for each in found), *broken],
            "trainings": slots.model_dump(mode="json", include={"running", "waiting"}),
            "incidents": [alerts_incidents.document(each) for each in opened],
            "next": following,
        }
        print_json(document, compact=again)
    else:
        print_table("Models", [_row(*each) for each in found])
        alerts_incidents.show_open(opened)
        _say(found, slots)
        say_unreadable(listing.unreadable)
        for hint in following:
            say(f"→ {hint}")
    return EXIT_FAILED if listing.unreadable or any(each.problem for each in by_name.values()) else 0


def _document(summary: "Summary", found: "ModelOverview") -> dict[str, Any]:
    figures = ("last_check_at", "last_check", "report_key", "open_incidents", "changed", "metric", "recent", "promise")
    said = asdict(summary)
    return {"model": summary.model, **glance(found), **{name: said[name] for name in figures}}


def _row(summary: "Summary", found: "ModelOverview") -> dict[str, Any]:
    return {
        "model": summary.model,
        "health": summary.health.value,
        "champion": champion(found),
        "last check (UTC)": last_check(found),
        "open": summary.open_incidents or "",
        "lately": _lately(summary),
        "under way": str(found.under_way),
        "next due (UTC)": next_due(found),
    }


def _lately(summary: "Summary") -> str:
    """Draw the newest realised figures, with the last of them and what was promised; nothing where there are none."""
    from courtside.core.performance.metrics import in_sentences

    known = [value for value in summary.recent if value is not None]
    if not known:
        return ""
    promised = f" of {cell(summary.promise)}" if summary.promise is not None else ""
    return f"{spark(summary.recent)} {in_sentences(summary.metric)} {cell(known[-1])}{promised}"


def _say(found: "Sequence[tuple[Summary, ModelOverview]]", slots: "TrainingSlots") -> None:
    for summary, model in found:
        newest = model.round
        if summary.health is not Health.GOOD:
            style = "bold red" if summary.health in {Health.CRITICAL, Health.UNREADABLE} else None
            say(f"{summary.model}: {summary.why}", style=style)
        if newest is not None and newest.failing:
            say(f"{summary.model}: {newest.last_reason}", style="bold red")
        for sentence in newest.predictions if newest is not None else ():
            if sentence != NOTHING_CAME:
                say(f"{summary.model}: {sentence}")
        for sentence in summary.changed:
            say(f"{summary.model}, in the last 24 hours: {sentence}")
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


def _next(found: "Iterable[ModelOverview]") -> "Iterator[str]":
    for each in found:
        if each.under_way.approval is not None:
            yield to_answer(each.under_way.approval.training_id, each.entry.name)
    yield "To see one model in full: `courtside status --model MODEL`"
