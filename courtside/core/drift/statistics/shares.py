"""What every statistic needs first: two columns on the same grid, both with values, and their shares by bin."""

from typing import TypeVar

from courtside.core.drift.columns.column import CategoryColumn, NumericColumn
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.errors import EmptyWindow, ProfileMismatch

AnyColumn = TypeVar("AnyColumn", NumericColumn, CategoryColumn)


def require_comparable(reference: AnyColumn, current: AnyColumn) -> None:
    """Raise `ProfileMismatch` unless both are on the same grid, and `EmptyWindow` if one has no usable value."""
    if isinstance(reference, NumericColumn) and isinstance(current, NumericColumn):
        same = reference.grid.same_as(current.grid)
    else:
        same = getattr(reference, "levels", None) == getattr(current, "levels", ())
    if reference.name != current.name or not same:
        raise ProfileMismatch(f"columns {reference.name!r} and {current.name!r} are on different grids")
    for side, column in (("reference", reference), ("current", current)):
        if not column.valid:
            raise EmptyWindow(f"{side} (usable values of {column.name!r})")


def shares(column: NumericColumn | CategoryColumn) -> Floats:
    """Return the share of the usable rows in each bin (a decile of the reference, or a level)."""
    result: Floats = column.bin_counts / column.valid
    return result
