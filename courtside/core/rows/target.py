"""The target of a binary classification, however it is written."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.drift.columns import arrow
from courtside.core.rows.errors import TargetNotBinary

MOST_SHOWN = 5
MOST_LETTERS = 40


def labelled(table: pa.Table, target: str) -> tuple[pa.Table, int]:
    """Return the rows that have a label, the target as int8 0/1, and how many rows have none yet.

    Of two whole numbers the larger is class 1. Raises `TargetNotBinary`.
    """
    values = _values(table, target)
    levels = _levels(values, target)
    if not levels.size:
        raise TargetNotBinary(target, "has no value in any row")
    if levels.size == 1 and levels[0] not in {0, 1}:
        raise TargetNotBinary(target, f"is {levels[0]:g} in every row")
    known = ~np.isnan(values)
    classes = (values == (levels[-1] if levels.size > 1 else 1)).astype(np.int8)
    place = table.column_names.index(target)
    whole = table.set_column(place, target, pa.array(classes))
    unlabelled = int(np.count_nonzero(~known))
    return (whole.filter(pa.array(known)) if unlabelled else whole), unlabelled


def require_binary(table: pa.Table, target: str) -> None:
    """Raise `TargetNotBinary` unless the labels that are known fit a binary target."""
    _levels(_values(table, target), target)


def _values(table: pa.Table, target: str) -> NDArray[np.float64]:
    column: Any = table.column(target).combine_chunks()
    if not (arrow.is_numeric(column.type) or pa.types.is_null(column.type)):
        raise TargetNotBinary(target, _shown(column))
    values, _ = arrow.with_gaps(column)
    return values


def positive_level(table: pa.Table, target: str) -> str | None:
    """Return the value that stands for class 1, or None if that is 1; raises `TargetNotBinary`."""
    levels = _levels(_values(table, target), target)
    return f"{levels[-1]:.0f}" if levels.size > 1 and list(levels) != [0, 1] else None


def _shown(column: Any) -> str:
    kind = arrow.type_name(column.type)
    if not arrow.is_text(column.type):
        return f"is {kind}"
    levels = sorted(str(each)[:MOST_LETTERS] for each in column.unique().drop_null().to_pylist())
    return f"is {kind} ({', '.join(levels[:MOST_SHOWN])}{', …' * (len(levels) > MOST_SHOWN)})"


def _levels(values: NDArray[np.float64], target: str) -> NDArray[np.float64]:
    levels = np.unique(values[~np.isnan(values)])
    shown = ", ".join(f"{level:g}" for level in levels[:MOST_SHOWN])
    if levels.size > 2:
        raise TargetNotBinary(target, f"has {levels.size} values ({shown}{', …' * (levels.size > MOST_SHOWN)})")
    if not (np.isfinite(levels).all() and np.array_equal(levels, np.round(levels))):
        raise TargetNotBinary(target, f"has values that are not whole numbers ({shown})")
    return levels
