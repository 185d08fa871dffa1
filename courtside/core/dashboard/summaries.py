"""A model in one line, from what its page shows."""

from collections.abc import Sequence

from courtside.contracts.scoring import Role
from courtside.core.dashboard.months import Check
from courtside.core.dashboard.views import PerformancePoint
from courtside.core.drift.reports.report import BROKEN, Verdict
from courtside.core.sentences import enumerated, plural

RECENT_WINDOWS = 12
_MOST_NAMED = 3
_MOVED = {Verdict.DRIFT, *BROKEN}


def of_champion(points: Sequence[PerformancePoint], metric: str) -> list[PerformancePoint]:
    """Return what is known of the champions by a metric, one entry for each window: the newest champion's."""
    windows = {(each.start, each.end): each for each in points if (each.role, each.metric) == (Role.CHAMPION, metric)}
    return list(windows.values())


def said_of_check(check: Check | None) -> str:
    """Say in one line what a drift check found, empty where there was none.

    >>> from datetime import UTC, date, datetime
    >>> at = datetime(2026, 11, 29, 7, tzinfo=UTC)
    >>> of = {"day": date(2026, 11, 29), "at": at, "backfilled": False, "report_key": "", "features": ("a", "b")}
    >>> said_of_check(Check(**of, action="alert", verdicts=("drift", "no_drift"), effects=(0.4, 0.0)))
    '1 of 2 features moved (a): alert'
    """
    if check is None:
        return ""
    pairs = zip(check.features, check.verdicts, check.effects, strict=True)
    moved = sorted((-(effect or 0.0), name) for name, verdict, effect in pairs if verdict in _MOVED)
    named = [name for _, name in moved[:_MOST_NAMED]]
    more = [f"{len(moved) - _MOST_NAMED} more"] if len(moved) > _MOST_NAMED else []
    which = f" ({enumerated([*named, *more])})" if moved else ""
    count = str(len(moved)) if moved else "none"
    features = plural("feature", check.features)
    return f"{count} of {len(check.features)} {features} moved{which}: {check.action.replace('_', ' ')}"
