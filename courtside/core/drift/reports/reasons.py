"""Plain sentences tell what moved in a feature, for people who do not know the names of statistics."""

import re
from collections.abc import Collection

import numpy as np

from courtside.contracts.shortening import quoted, shortened
from courtside.core.drift.columns.column import CategoryColumn, Column, NumericColumn
from courtside.core.drift.policies.policy import Judgement
from courtside.core.drift.reports.report import Verdict

_SORTS = {
    "text": re.compile(r"(large_)?(string|utf8)(_view)?$"),
    "whole number": re.compile(r"u?int\d+$"),
    "number": re.compile(r"(half)?float|double"),
    "decimal": re.compile(r"decimal"),
}
MOSTLY = 0.8
"""The share of a slot's change from which the change is attributed to a single level."""
MOVED = 0.05
"""The number of reference standard deviations from which a mean is said to have moved."""


def reason(reference: Column, current: Column, judgement: Judgement) -> str:
    """Say what moved, which comparisons decided, and how the type changed if it did."""
    moved = judgement.drifted or judgement.usual
    parts = [movement(reference, current)] if moved else ["no drift"]
    parts.extend(judgement.clauses)
    if _type_changed(reference.dtypes, current.dtypes):
        parts.append(f"type changed {_types(reference)} → {_types(current)}")
    return ", ".join(parts)


def broken_reason(verdict: Verdict, reference: Column, current: Column) -> str:
    """Say why a column cannot be compared."""
    if verdict is Verdict.MISSING_COLUMN:
        return "the column is missing from the current table"
    if verdict is Verdict.WRONG_TYPE:
        return f"the column's type changed {_types(reference)} → {_types(current)}, so it cannot be compared"
    return f"all {current.tally.rows:,} current rows are missing, NaN or infinite"


def insufficient_reason(reference: Column, current: Column, minimum_rows: int) -> str:
    """Say which side has too few rows."""
    side, rows = ("current", current.valid) if current.valid < minimum_rows else ("reference", reference.valid)
    return f"{rows:,} usable {side} rows are too few to judge, at least {minimum_rows:,} are needed"


def movement(reference: Column, current: Column) -> str:
    """Say what moved between two columns with usable values."""
    if isinstance(reference, NumericColumn) and isinstance(current, NumericColumn):
        assert reference.mean is not None
        assert current.mean is not None
        if reference.grid.origin:
            return _large_movement(reference, current)
        return mean_movement(reference.mean, current.mean, sd=reference.grid.sd)
    assert isinstance(reference, CategoryColumn)
    assert isinstance(current, CategoryColumn)
    return _level_movement(reference, current)


def _large_movement(reference: NumericColumn, current: NumericColumn) -> str:
    """Say by how much the mean of large integers moved, because their first digits are all the same."""
    assert reference.offset is not None
    assert current.offset is not None
    change, start = current.offset - reference.offset, f"{reference.grid.origin + round(reference.offset):,}"
    if abs(change) <= MOVED * reference.grid.sd:
        return f"shape changed around a mean of {start}"
    return f"mean {'rose' if change > 0 else 'fell'} by {_number(abs(change))} from {start}"


def mean_movement(before: float, after: float, *, sd: float) -> str:
    """Say how a mean moved, or that only the shape changed."""
    if abs(after - before) <= MOVED * sd:
        return f"shape changed around a mean of {_number(before)}"
    word = "rose" if after > before else "fell"
    return f"mean {word} {_pair(before, after)}"


def _level_movement(reference: CategoryColumn, current: CategoryColumn) -> str:
    if reference.slots is not None and current.slots is not None:
        return _slot_movement(reference, current)
    before, after = reference.counts / reference.valid, current.counts / current.valid
    changes = np.abs(after - before).round(9)
    largest = changes.size - 1 - int(changes[::-1].argmax())  # the last of equals: unseen values, or a binary's 1
    change = f"{_percent(before[largest])} → {_percent(after[largest])}"
    if largest == len(reference.levels):
        names = f" (such as {', '.join(map(quoted, current.unseen))})" if current.unseen else ""
        return f"values outside the reference's levels went {change}{names}"
    word = "rose" if after[largest] > before[largest] else "fell"
    return f"share of {quoted(reference.levels[largest])} {word} {change}"


def _slot_movement(reference: CategoryColumn, current: CategoryColumn) -> str:
    """Say which slot moved most, and name the level that did if it moved as much."""
    changes = current.cells / current.valid - reference.cells / reference.valid
    slot = int(np.abs(changes).argmax())
    before, after = float(reference.cells[slot]) / reference.valid, float(current.cells[slot]) / current.valid
    word = "rose" if after > before else "fell"
    slots = reference.cells_of(reference.levels)
    for place in np.flatnonzero(slots == slot).tolist():
        mine, theirs = float(reference.counts[place]) / reference.valid, float(current.counts[place]) / current.valid
        if abs(theirs - mine) >= MOSTLY * abs(after - before):
            return f"share of {quoted(reference.levels[place])} {word} {_percent(mine)} → {_percent(theirs)}"
    change = f"{_percent(before)} → {_percent(after)}"
    if before == 0:
        names = (
            f" (such as {', '.join(map(quoted, current.unseen))})" if current.unseen and not reference.lumped else ""
        )
        return f"values outside the reference's levels went {change}{names}"
    return f"the share of one or a few rare values {word} {change}"


def _types(column: Column) -> str:
    return shortened("/".join(sorted(column.dtypes))) or "no type"


def _type_changed(before: Collection[str], after: Collection[str]) -> bool:
    """Tell whether values have another kind of type; another width of the same kind stores the same values."""
    sorts = [{_sort(name) for name in names if name != "null"} for names in (before, after)]
    return all(sorts) and sorts[0] != sorts[1]


def _sort(type_name: str) -> str:
    return next((sort for sort, names in _SORTS.items() if names.match(type_name)), type_name)


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _number(value: float) -> str:
    return f"{value:,.1f}" if 100 <= abs(value) < 1e7 else f"{value:.4g}"


def _pair(before: float, after: float) -> str:
    """Write both numbers with enough digits to distinguish them."""
    shown = _number(before), _number(after)
    digits = 6
    while shown[0] == shown[1] and digits < 17:
        shown = f"{before:.{digits}g}", f"{after:.{digits}g}"
        digits += 1
    return " → ".join(shown)
