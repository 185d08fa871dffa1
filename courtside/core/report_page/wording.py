"""Verdicts, distances and p-values of a report as people read them; what is not known is a dash."""

import math
from datetime import date

from courtside.contracts.shortening import listed, shortened
from courtside.core.drift.policies.clauses import known_pvalue, short
from courtside.core.drift.policies.policy import Null
from courtside.core.drift.reports.report import DriftReport, FeatureDrift, Verdict
from courtside.core.drift.reports.severity import Severity
from courtside.core.drift.reports.sides import NewestPart
from courtside.core.pages.wording import DASH, day, month

VERDICTS = {
    Verdict.NO_DRIFT: "no drift",
    Verdict.USUAL: "usual",
    Verdict.ACCEPTED: "accepted",
    Verdict.DRIFT: "drift",
    Verdict.INSUFFICIENT_DATA: "not enough data",
    Verdict.MISSING_COLUMN: "column missing",
    Verdict.WRONG_TYPE: "wrong type",
    Verdict.ALL_MISSING: "no values",
    Verdict.MORE_MISSING: "more missing",
}
SIGNS = {
    Verdict.NO_DRIFT: "✓",
    Verdict.USUAL: "≈",
    Verdict.ACCEPTED: "≈",
    Verdict.DRIFT: "▲",
    Verdict.INSUFFICIENT_DATA: "?",
}
BROKEN_SIGN = "✕"

SEVERITIES = {
    Severity.NONE: "none",
    Severity.LOW: "low: up to a quarter of the features, and of any one's values, are affected",
    Severity.MEDIUM: "medium: up to half of the features, or of one's values, are affected",
    Severity.HIGH: "high: more than half of the features, or of one's values, are affected",
}


def chance(report: DriftReport) -> str:
    """Say what a report's policy takes for chance."""
    if report.null is None:
        return "fixed thresholds, whatever chance may do with this many features and rows"
    if report.null is Null.ENTITIES:
        return f"p-values from how much entities differ{_others(report)}"
    windows = report.null_windows
    if windows is not None:
        days = "a day" if windows.days == 1 else f"{windows.days} days"
        return f"p-values from the reference's own history: windows of {days}, worth {windows.count:,} independent ones"
    why = "no time column" if report.reference.period is None else "no history to compare with"
    return f"rows taken as independent: the reference has {why}"


def _others(report: DriftReport) -> str:
    """Say how many features name no entity, or have too few, and are judged by something else."""
    others = sum(feature.null not in {None, Null.ENTITIES} for feature in report.features)
    return f"; {others} features without entities are judged by the reference's own history or rows" if others else ""


MOST_MOVED = 5
"""Columns named of those that moved within a reference."""


def disagreement(part: NewestPart) -> str:
    """Say that a reference disagrees with itself, in which columns, and what windows are compared with instead."""
    moved = sorted(part.moved.items(), key=lambda each: -each[1])
    named = listed([f"{shortened(name)} (by {short(by)})" for name, by in moved], MOST_MOVED)
    return (
        f"the reference disagrees with itself: {named} moved before {day(part.since)}, by KS or total variation; "
        f"windows are compared with its rows since then, not with all {part.whole.rows:,}"
    )


def statistic(value: float | None) -> str:
    """Write a distance: two significant digits."""
    return short(value) if value is not None and math.isfinite(value) else DASH


def pvalue(value: float | None, *, windows: int | None = None, alpha: float | None = None) -> str:
    """Write a p-value, and on which side of `alpha` it was found if that does not show.

    >>> pvalue(0.0312), pvalue(1e-9), pvalue(1e-9, windows=36), pvalue(0.2, windows=36)
    ('0.031', '< 0.0001', '< 1/36', '0.2')
    >>> [pvalue(value, windows=52, alpha=0.01) for value in (0.003, 0.012, 0.03)]
    ['< 1/52, ≤ 0.01', '< 1/52, > 0.01', '0.03']
    """
    if value is None or not math.isfinite(value):
        return DASH
    shown = known_pvalue(value, windows)
    if alpha is None or shown != known_pvalue(alpha, windows):
        return shown
    return f"{shown}, {'≤' if value <= alpha else '>'} {short(alpha)}"


def corrected(feature: FeatureDrift) -> str:
    """Write a feature's corrected p-value as what decided on it."""
    return pvalue(feature.p_adjusted, windows=feature.windows, alpha=feature.alpha)


def since(began: date | None, first: date | None) -> str:
    """Say when a drift began; "or before" where the window does not reach back further."""
    if began is None:
        return DASH
    if began == first:
        return f"{day(began)} (the window's start) or before"
    return month(began) if began.day == 1 else day(began)
