"""What changed of a model in the newest 24 hours, in sentences."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from courtside.core.dashboard.lines import ROLLBACK
from courtside.core.dashboard.views import DecisionLine, IncidentLine, Tenure
from courtside.core.decision.decision import ACTS

RECENT = timedelta(hours=24)


def changed(
    *,
    champions: Iterable[Tenure],
    incidents: Sequence[IncidentLine],
    decisions: Iterable[DecisionLine],
    now: datetime,
) -> tuple[str, ...]:
    """Say what changed in the 24 hours before `now`: champions, incidents that began and ended, and actions."""
    since = now - RECENT
    said = [
        *((each.since, _champion(each)) for each in champions),
        *((each.opened_at, f"An incident began: {each.headline}") for each in incidents),
        *((at, f"An incident is over: {each.headline}") for each in incidents if (at := each.resolved_at)),
        *_acted(decisions),
    ]
    return tuple(text for at, text in sorted(said) if since < at <= now)


def _champion(tenure: Tenure) -> str:
    back = tenure.how == ROLLBACK
    done = f"Rolled back to version {tenure.version}" if back else f"Version {tenure.version} became champion"
    return f"{done} ({tenure.reason})" if tenure.reason else done


def _acted(decisions: Iterable[DecisionLine]) -> Iterator[tuple[datetime, str]]:
    for each in decisions:
        if each.action in ACTS:
            yield each.decided_at, f"Decided to {each.action.replace('_', ' ')}: {each.reason}"
