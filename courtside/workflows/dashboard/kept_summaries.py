"""What was said of a model when its page was built, as data that the page of all models is made from."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from courtside.contracts import dashboard_keys
from courtside.core.dashboard.changes import RECENT
from courtside.core.dashboard.views import Summary
from courtside.core.performance.metrics import metrics_of
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.stage_overview import ModelOverview

_READERS = 16


@dataclass(frozen=True, slots=True)
class KeptSummary:
    """A summary, and when it was made."""

    at: datetime
    summary: Summary


_KEPT = TypeAdapter(KeptSummary)


def content_of(summary: Summary, *, at: datetime) -> bytes:
    """Return a summary as it is kept in the lake."""
    return _KEPT.dump_json(KeptSummary(at, summary), indent=2)


def summaries_now(found: Iterable[ModelOverview], *, lake: Lake) -> list[Summary]:
    """Return the models' summaries: figures as of when their pages were built, and what the ledger says now."""
    with ThreadPoolExecutor(_READERS) as pool:
        return list(pool.map(lambda each: _summary_now(each, lake), found))


def _summary_now(found: ModelOverview, lake: Lake) -> Summary:
    judged, kept = found.judged, _read(found.entry.name, lake=lake)
    figures = kept.summary if kept is not None else _without_page(found)
    return replace(
        figures,
        health=judged.health,
        why=judged.why,
        champion=found.champion.version if found.champion else None,
        champion_since=found.champion.since if found.champion else None,
        next_due=found.next_due,
        open_incidents=len(found.incidents),
        changed=figures.changed if kept is not None and found.at - kept.at < RECENT else (),
    )


def _read(model: str, *, lake: Lake) -> KeptSummary | None:
    """Return what was kept; None where no page was built yet, or another Courtside built it."""
    try:
        return _KEPT.validate_json(lake.read(dashboard_keys.summary(model)))
    except (ObjectMissing, ValidationError):
        return None


def _without_page(found: ModelOverview) -> Summary:
    judged, task = found.judged, found.entry.task
    return Summary(
        model=found.entry.name,
        task=task,
        health=judged.health,
        why=judged.why,
        champion=None,
        champion_since=None,
        last_check_at=None,
        last_check="",
        report_key="",
        next_due=None,
        open_incidents=0,
        changed=(),
        metric=next((metric.name for metric in metrics_of(task)), ""),
        recent=(),
        promise=None,
        page_key="",
    )
