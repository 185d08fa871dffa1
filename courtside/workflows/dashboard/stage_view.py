"""What the page of all models shows: each as its own page was built, and as the ledger knows it now."""

from collections.abc import Iterable
from datetime import datetime

from courtside.contracts.records import ReplayRecord, StageModel
from courtside.core.dashboard.lines import incident_line
from courtside.core.dashboard.views import Health, StageView, Summary
from courtside.workflows.dashboard.compared import Comparisons
from courtside.workflows.dashboard.kept_summaries import summaries_now
from courtside.workflows.dashboard.source import report_page
from courtside.workflows.incidents.incidents import listed_incidents
from courtside.workflows.stage_models import StageModels
from courtside.workflows.stage_overview import ModelOverview, overview

_NOTHING = Comparisons()


def stage_view(
    models: StageModels,
    *,
    stage: str,
    now: datetime,
    month_usd: float | None = None,
    replays: tuple[ReplayRecord, ...] = (),
    compared: Comparisons = _NOTHING,
) -> StageView:
    """Return what the page of a stage's models shows, the worst model first; one that cannot be read hides no other."""
    listing = models.list()
    found = [
        *overview(listing.models, ledger=models.ledger, now=now),
        *(ModelOverview(_unreadable(name, now), now, problem=error) for name, error in listing.unreadable.items()),
    ]
    incidents = listed_incidents(models.ledger)
    return StageView(
        stage=stage,
        at=now,
        models=tuple(worst_first(summaries_now(found, lake=models.lake))),
        incidents=tuple(
            incident_line(each, report_key=report_page(each.report, lake=models.lake)) for each in incidents
        ),
        month_usd=month_usd,
        replays=replays,
        compared=tuple(each.pair for each in compared.pairs),
        left_out=compared.left_out,
    )


def worst_first(summaries: Iterable[Summary]) -> list[Summary]:
    """Return models in the order in which they are listed: by health, then by name."""
    place = {health: at for at, health in enumerate(Health)}
    return sorted(summaries, key=lambda each: (place[each.health], each.model))


def _unreadable(name: str, now: datetime) -> StageModel:
    """Return an entry in place of one that cannot be read."""
    return StageModel(name=name, version=0, sha256="", contract_key="", added_at=now, added_by="", task="")
