"""Each group of features that moved together is told in one plain sentence."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from courtside.contracts.shortening import listed, quoted, shortened
from courtside.core.drift.columns.column import Column, NumericColumn
from courtside.core.drift.policies.clauses import short_pvalue
from courtside.core.drift.reports.acceptance import Acceptance
from courtside.core.drift.reports.reasons import mean_movement, movement
from courtside.core.drift.reports.report import DriftReport, FeatureDrift, SegmentDrift, Verdict
from courtside.core.drift.reports.table import TableDrift
from courtside.core.drift.reports.together import TogetherDrift, told_together
from courtside.core.drift.reports.trends import Onset

MOST_NAMED = 4

_BROKEN = {
    Verdict.MISSING_COLUMN: ("is missing from the current table", "are missing from the current table"),
    Verdict.WRONG_TYPE: ("has another type and cannot be compared", "have another type and cannot be compared"),
    Verdict.ALL_MISSING: ("holds no usable value", "hold no usable value"),
    Verdict.MORE_MISSING: ("has more missing values", "have more missing values"),
}
_SEGMENTS = {
    Verdict.NO_DRIFT: "no drift",
    Verdict.USUAL: "moved, but no more than its own history shows",
    Verdict.ACCEPTED: "moved as a person accepted",
    Verdict.INSUFFICIENT_DATA: "too few rows to tell",
}


def moved(
    features: Sequence[FeatureDrift],
    pairs: Sequence[tuple[Column, Column]],
    *,
    since: str,
    together: float | None = None,
) -> str:
    """Say what moved in a group of one or more features; `pairs` are their reference and current columns.

    `together` is the p-value of the columns that belong together with all of them.
    """
    what = _movement(pairs)
    if len(features) == 1:
        return f"{shortened(features[0].name)}: {what}{since}"
    chance = "" if together is None else f", p {short_pvalue(together)} for all together"
    return f"{len(features)} features moved together ({_names(features)}): {what}{since}{chance}"


def broke(features: Sequence[FeatureDrift], *, since: str) -> str:
    """Say what is wrong with one or more columns that broke in the same way."""
    one, several = _BROKEN[features[0].verdict]
    if len(features) == 1:
        return f"{shortened(features[0].name)} {one}{since}"
    return f"{len(features)} columns {several} ({_names(features)}){since}"


def outcome(drift: FeatureDrift) -> str:
    """Say what moved in the target or the prediction, or that nothing did."""
    said = f"moved: {drift.reason}" if drift.drifted else f"did not drift: {drift.reason}"
    return f"The {drift.role.value} {shortened(drift.name)} {said}"


def table(drift: TableDrift) -> str:
    """Say what is known of the table as a whole."""
    return f"The table as a whole: {drift.reason}"


def together(drift: TogetherDrift) -> str:
    """Say what related columns showed as one."""
    names, chance = listed(drift.features, MOST_NAMED), f"(p {short_pvalue(drift.p_adjusted)})"
    compared = f"The related columns {names}, compared with the reference as one group,"
    if not drift.rare:
        return f"{compared} did not move by more than chance explains {chance}"
    way = "up" if drift.rising else "down"
    others = f", {listed(drift.against, MOST_NAMED)} the other way" if drift.against else ""
    effect = "" if drift.drifted else "; no column of them moved far enough to matter by itself"
    first = shortened(drift.features[0])
    return f"{compared} moved by more than chance explains {chance}: {first} went {way}{others}{effect}"


def segment(drift: SegmentDrift) -> str:
    """Say what is known of one segment: what moved in it, that nothing moved, or that too few rows can tell."""
    rows = f"{drift.current_rows:,} rows, {drift.reference_rows:,} in the reference"
    moved = "; ".join(f"{shortened(each.name)}: {each.reason}" for each in drift.drifted)
    return f"Segment {_where(drift)} ({rows}): {moved or _SEGMENTS[drift.verdict]}"


def accepted(act: Acceptance) -> str:
    """Say what moved as a person accepted, and what was accepted."""
    note = f": {shortened(act.note)}" if act.note else ""
    return f"{listed(act.subjects)} moved {act.said} (the window {act.start} to {act.end}{note})"


def besides(report: DriftReport) -> list[str]:
    """Say what is known besides the features: of related columns, the whole table, target, prediction and segments."""
    apart, others = report.segments_not_in_reference, len(report.segments) - len(report.segments_drifted)
    return [
        *map(accepted, report.acceptances),
        *(together(each) for each in told_together(report.features) if each.rare),
        *map(table, report.table),
        *map(outcome, report.outcomes),
        *map(segment, report.segments_drifted),
        *([f"{others} of {len(report.segments)} segments: no drift, or too few rows to tell"] if others else []),
        *([not_by_segments(apart)] if apart else []),
    ]


def not_by_segments(columns: Sequence[str]) -> str:
    """Say which columns of the contract's segments could not be looked at."""
    return f"{listed(columns, MOST_NAMED)}: segments were not looked at, because the reference was made without them"


def only_there(segments: Sequence[SegmentDrift]) -> str:
    """Name the features that drifted only in some segments."""
    named = [
        f"{listed([each.name for each in drift.drifted], MOST_NAMED)} where {_where(drift)}"
        for drift in segments[:MOST_NAMED]
    ]
    more = len(segments) - len(named)
    return "; ".join([*named, *([f"and in {more} more segments"] if more else [])])


def _where(drift: SegmentDrift) -> str:
    return f"{shortened(drift.column)} = {quoted(drift.level)}"


def since(onset: Onset | None, *, first: date | None) -> str:
    """Say since when: the month if it began on its first day, and "at least" if the window does not reach back further.

    >>> since(Onset(date(2018, 11, 1), passed=False), first=date(2018, 10, 16))
    ' since 2018-11'
    >>> since(Onset(date(2018, 10, 16), passed=True), first=date(2018, 10, 16))
    ' since at least 2018-10-16, passed by the end'
    """
    if onset is None:
        return ""
    day = f"{onset.day:%Y-%m}" if onset.day.day == 1 else onset.day.isoformat()
    least = "at least " if onset.day == first else ""
    return f" since {least}{day}{', passed by the end' if onset.passed else ''}"


def _movement(pairs: Sequence[tuple[Column, Column]]) -> str:
    """Describe the mean of the features' means if there are several, else the single one or the leader."""
    numeric = [(b, a) for b, a in pairs if isinstance(b, NumericColumn) and isinstance(a, NumericColumn)]
    if len(numeric) < 2:
        return movement(*pairs[0])
    before, after = (float(np.mean([column.mean for column in side])) for side in zip(*numeric, strict=True))
    return mean_movement(before, after, sd=max(reference.grid.sd for reference, _ in numeric))


def _names(features: Sequence[FeatureDrift]) -> str:
    names = [shortened(feature.name) for feature in features[:MOST_NAMED]]
    return ", ".join(names if len(features) <= MOST_NAMED else [*names[:-1], "…"])
