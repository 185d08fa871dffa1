"""Integers that a 64-bit float cannot hold lose digits: ids, counters of nanoseconds, unsigned numbers."""

import math

from courtside.core.drift.columns.column import Column, NumericColumn

EXACT = 2**53
_WHOLE = ("int64", "uint64", "decimal")


def rounding_note(*columns: Column) -> str | None:
    """Say what was rounded to what in columns of the same name, or return None if every number was held exactly."""
    steps = [math.ulp(_largest(column)) for column in columns if _is_whole(column) and _largest(column) > EXACT]
    if not steps:
        return None
    return f"whole numbers beyond 2^53 were rounded to multiples of {max(steps):.0f}: smaller differences are not seen"


def _is_whole(column: Column) -> bool:
    return isinstance(column, NumericColumn) and any(kind.startswith(_WHOLE) for kind in column.dtypes)


def _largest(column: Column) -> float:
    assert isinstance(column, NumericColumn)
    return max(abs(column.minimum), abs(column.maximum)) if column.valid else 0.0
