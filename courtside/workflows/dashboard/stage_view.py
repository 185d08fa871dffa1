"""What the page of all models shows: each as its own page was built, and as the ledger knows it now."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from courtside.contracts.records import StageModel
from courtside.core.dashboard.lines import incident_line
from courtside.core.dashboard.views import Health, StageView, Summary
from courtside.workflows.dashboard.kept_summaries import summary_now
from courtside.workflows.dashboard.source import report_page
from courtside.workflows.incidents.incidents import listed_incidents
from courtside.workflows.stage_models import StageModels
from courtside.workflows.stage_overview import ModelOverview, overview

_READERS = 16
_WORST_FIRST = {health: place for place, health in enumerate(Health)}


def stage_view(models: StageModels, *, stage: str, now: datetime, month_usd: float | None = None) -> StageView:
    """Return what the page of a stage's models shows, the worst model first; one that cannot be read hides no other."""
    listing = models.list()
    found = [
        *overview(listing.models, ledger=models.ledger, now=now),
        *(ModelOverview(_unreadable(name, now), problem=error) for name, error in listing.unreadable.items()),
    ]
    with ThreadPoolExecutor(_READERS) as pool:
        summaries = list(pool.map(lambda each: summary_now(each, lake=models.lake, now=now), found))
    incidents = listed_incidents(models.ledger)
    return StageView(
        stage=stage,
        at=now,
        models=tuple(sorted(summaries, key=_place)),
        incidents=tuple(
            incident_line(each, report_key=report_page(each.report, lake=models.lake)) for each in incidents
        ),
        month_usd=month_usd,
    )


def _place(summary: Summary) -> tuple[int, str]:
    return _WORST_FIRST[summary.health], summary.model


def _unreadable(name: str, now: datetime) -> StageModel:
    """Return an entry in place of one that cannot be read."""
    return StageModel(name=name, version=0, sha256="", contract_key="", added_at=now, added_by="", task="")
