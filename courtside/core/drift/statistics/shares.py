"""Every statistic first needs two columns on the same grid, both with values, and their shares by bin."""

from typing import TypeVar

import numpy as np

from courtside.core.drift.columns.column import CategoryColumn, Column, Counts, NumericColumn
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.columns.slots import SLOTS, gathered
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


def compared_counts(reference: Column, current: Column) -> tuple[Counts, Counts]:
    """Return the usable rows of both sides in each bin: a decile of the reference, a level, or a group of levels."""
    if (
        isinstance(reference, CategoryColumn)
        and isinstance(current, CategoryColumn)
        and reference.slots is not None
        and current.slots is not None
        # Even if levels must be missing, counts by level are exact as long as no other value appears.
        and (reference.lumped or current.counts[-1])
    ):
        return gathered(reference.slots, current.slots, np.arange(SLOTS))
    return reference.bin_counts, current.bin_counts


def compared_shares(reference: Column, current: Column) -> tuple[Floats, Floats]:
    """Return both sides' shares of their usable rows in each bin of `compared_counts`."""
    before, after = compared_counts(reference, current)
    return before / reference.valid, after / current.valid
