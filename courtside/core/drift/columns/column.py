"""A profile keeps counts of each column that add up, so that parts counted anywhere merge to the whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from courtside.core.dataset import FeatureKind
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.grid import Grid
from courtside.core.drift.columns.quanta import AT_ONCE, Sum
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.columns.slots import slot_counts, slots_of
from courtside.core.drift.columns.sums import loose_sums
from courtside.core.drift.columns.tally import NO_ROWS, Tally
from courtside.core.drift.errors import ProfileMismatch

Counts = NDArray[np.int64]
SAMPLED_UNSEEN = 3


@dataclass(frozen=True, eq=False)
class NumericColumn:
    """The counts per cell of the reference's grid, the sum of all values, and the sum of each loose tail cell.

    Values, `minimum` and `maximum` are minus `grid.origin`. Sums are of value - grid.anchor, in the units of
    `grid.quantum`; they are integers, so merging is associative to the last bit.
    """

    name: str
    grid: Grid
    counts: Counts
    tally: Tally = NO_ROWS
    total: Sum = 0
    tails: Mapping[int, Sum] = field(default_factory=dict)
    minimum: float = np.inf
    maximum: float = -np.inf
    dtypes: frozenset[str] = frozenset()

    @classmethod
    def blank(cls, name: str, grid: Grid) -> "NumericColumn":
        """Return the column of a table without rows."""
        return cls(name, grid, np.zeros(grid.cells, np.int64))

    @property
    def kind(self) -> FeatureKind:
        """Always return numeric."""
        return FeatureKind.NUMERIC

    @cached_property
    def valid(self) -> int:
        """Return the number of rows with a usable value."""
        return self.tally.valid

    @property
    def cells(self) -> Counts:
        """Return the counts, under the name that columns of every kind have."""
        return self.counts

    @cached_property
    def bin_counts(self) -> Counts:
        """Return the number of rows per decile bin of the reference."""
        return np.add.reduceat(self.counts, self.grid.bin_starts)

    @property
    def cumulative(self) -> Floats:
        """Return the share of the usable rows up to and including each cell."""
        return self.distribution[1:]

    @cached_property
    def distribution(self) -> Floats:
        """Return the share of the usable rows before each cell, with 1 as an additional last entry."""
        shares = np.zeros(self.counts.size + 1)
        np.cumsum(self.counts, out=shares[1:])
        shares /= self.valid
        return shares

    @cached_property
    def tail_means(self) -> Floats:
        """Return the mean of the values in each tail cell of the grid, minus the anchor, or NaN if there are none."""
        means, loose = self.grid.tail_points.copy(), self.grid.loose_tails
        means[loose] = [self.grid.quantum.rounded(self.tails.get(cell, 0)) for cell in loose.tolist()]
        means[loose] /= np.maximum(self.counts[loose], 1)
        means[self.counts == 0] = np.nan
        found: Floats = means[self.grid.tails]
        return found

    @property
    def mean(self) -> float | None:
        """Return the mean of the usable values, or None if there are none."""
        return None if self.offset is None else self.grid.origin + self.offset

    @property
    def offset(self) -> float | None:
        """Return the mean minus the grid's origin, which keeps the digits that differ."""
        return self.grid.quantum.mean(self.total, self.valid) if self.valid else None

    @property
    def median(self) -> float | None:
        """Return the median to within one cell (exact for the reference), or None if there are no values."""
        if not self.valid:
            return None
        found = self.maximum
        cell = int(self.cumulative.searchsorted(0.5))
        if self.minimum < self.maximum and cell < self.grid.edges.size:
            found = min(float(self.grid.edges[cell]), self.maximum)
        return self.grid.origin + found

    def blanked(self) -> "NumericColumn":
        """Return the same column without rows."""
        return NumericColumn.blank(self.name, self.grid)

    def counted(
        self, array: arrow.Array | None, *, rows: int, cells: NDArray[np.integer[Any]] | None = None
    ) -> "NumericColumn":
        """Return one batch's column counted on this grid; None stands for a batch without the column.

        `cells` are the cells of the rows if they are known, negative without a usable value; otherwise they are looked
        up.
        """
        if array is None:
            return replace(self.blanked(), tally=Tally(rows=rows, absent=rows))
        dtypes = frozenset({arrow.type_name(array.type)})
        if not arrow.is_numeric(array.type):
            return replace(self.blanked(), tally=_unfit(array), dtypes=dtypes)
        found = arrow.numbers(array, self.grid.origin)
        if not found.values.size:
            return replace(self.blanked(), tally=found.tally, dtypes=dtypes)
        return _measured(self.name, self.grid, found, dtypes, cells)

    def merge(self, other: "NumericColumn") -> "NumericColumn":
        """Add two parts counted on the same grid; raises `ProfileMismatch` for different grids."""
        if self.name != other.name or not self.grid.same_as(other.grid):
            raise ProfileMismatch(f"column {self.name!r} and {other.name!r} have different grids")
        return NumericColumn(
            name=self.name,
            grid=self.grid,
            counts=self.counts + other.counts,
            tally=self.tally + other.tally,
            total=self.total + other.total,
            tails={
                cell: self.tails.get(cell, 0) + other.tails.get(cell, 0)
                for cell in self.tails.keys() | other.tails.keys()
            },
            minimum=min(self.minimum, other.minimum),
            maximum=max(self.maximum, other.maximum),
            dtypes=self.dtypes | other.dtypes,
        )


@dataclass(frozen=True, eq=False)
class CategoryColumn:
    """The counts per level of the reference, and as the last one the count of every other value.

    `text` tells whether the levels are strings or numbers; `unseen` are the first few values, in order, that are not
    among the levels. `lumped` tells that the reference had more levels than are kept, so that these are only the most
    frequent ones. `slots` are the rows of all levels by slot if levels were lumped, or if there must be more levels
    than were seen.
    """

    name: str
    kind: FeatureKind
    levels: tuple[str, ...]
    counts: Counts
    text: bool
    lumped: bool = False
    tally: Tally = NO_ROWS
    unseen: tuple[str, ...] = ()
    dtypes: frozenset[str] = frozenset()
    slots: Counts | None = None

    @cached_property
    def valid(self) -> int:
        """Return the number of rows with a usable value."""
        return self.tally.valid

    @property
    def cells(self) -> Counts:
        """Return counts that can be compared with those of other rows: by slot if there are slots, else by level."""
        return self.counts if self.slots is None else self.slots

    def cells_of(self, labels: Sequence[str]) -> Counts:
        """Return the position of each label in `cells`."""
        if self.slots is not None:
            return slots_of(labels)
        last = self.counts.size - 1
        return np.array([self.positions.get(label, last) for label in labels], np.int64)

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Return the position of each level in `counts`."""
        return {level: position for position, level in enumerate(self.levels)}

    @property
    def bin_counts(self) -> Counts:
        """Return the rows per level, followed by the rows of all other values."""
        return self.counts

    @property
    def other_rate(self) -> float:
        """Return the share of usable rows whose value is not among the levels, or 0 if there are no rows."""
        return float(self.counts[-1]) / self.valid if self.valid else 0.0

    def blanked(self) -> "CategoryColumn":
        """Return the same column without rows."""
        return CategoryColumn(
            self.name,
            self.kind,
            self.levels,
            np.zeros_like(self.counts),
            self.text,
            self.lumped,
            slots=None if self.slots is None else np.zeros_like(self.slots),
        )

    def counted(self, array: arrow.Array | None, *, rows: int) -> "CategoryColumn":
        """Return one batch's column counted on these levels; None stands for a batch without the column."""
        if array is None:
            return replace(self.blanked(), tally=Tally(rows=rows, absent=rows))
        dtypes = frozenset({arrow.type_name(array.type)})
        fits = arrow.is_text(array.type) if self.text else arrow.is_numeric(array.type)
        if not fits:
            return replace(self.blanked(), tally=_unfit(array), dtypes=dtypes)
        found, tally = arrow.labels(array)
        counts = np.zeros_like(self.counts)
        others = []
        for label, count in found.items():
            position = self.positions.get(label, -1)
            counts[position] += count
            if position < 0:
                others.append(label)
        unseen = tuple(sorted(others)[:SAMPLED_UNSEEN])
        slots = None if self.slots is None else slot_counts(found)
        return replace(self, counts=counts, tally=tally, unseen=unseen, dtypes=dtypes, slots=slots)

    def merge(self, other: "CategoryColumn") -> "CategoryColumn":
        """Add two parts counted on the same levels; raises `ProfileMismatch` for different levels."""
        mine, theirs = ((side.name, side.levels, side.text, side.slots is None) for side in (self, other))
        if mine != theirs:
            raise ProfileMismatch(f"column {self.name!r} and {other.name!r} have different levels")
        return replace(
            self,
            counts=self.counts + other.counts,
            tally=self.tally + other.tally,
            unseen=tuple(sorted({*self.unseen, *other.unseen})[:SAMPLED_UNSEEN]),
            dtypes=self.dtypes | other.dtypes,
            slots=None if self.slots is None or other.slots is None else self.slots + other.slots,
        )


Column = NumericColumn | CategoryColumn


def merged_column(mine: Column, theirs: Column) -> Column:
    """Add two parts of one column; raises `ProfileMismatch` if they are of different kinds or grids."""
    if isinstance(mine, NumericColumn) and isinstance(theirs, NumericColumn):
        return mine.merge(theirs)
    if isinstance(mine, CategoryColumn) and isinstance(theirs, CategoryColumn):
        return mine.merge(theirs)
    raise ProfileMismatch(f"column {mine.name!r} is {mine.kind} in one and {theirs.kind} in the other")


def _unfit(array: arrow.Array) -> Tally:
    """Count a batch whose column has another type; nulls are missing values in any type."""
    nulls = array.null_count
    return Tally(rows=len(array), null=nulls, mistyped=len(array) - nulls)


def _measured(
    name: str, grid: Grid, found: arrow.Numbers, dtypes: frozenset[str], cells: NDArray[np.integer[Any]] | None
) -> NumericColumn:
    values = found.values
    if cells is None:
        counts = np.zeros(grid.cells, np.int64)
        for start in range(0, values.size, AT_ONCE):
            counts += np.bincount(grid.lookup(values[start : start + AT_ONCE]), minlength=grid.cells)
    else:
        usable = cells if values.size == cells.size else cells[cells >= 0]
        counts = np.bincount(usable, minlength=grid.cells)
    return NumericColumn(
        name=name,
        grid=grid,
        counts=counts,
        tally=found.tally,
        total=grid.quantum.sum(values, minimum=found.minimum, maximum=found.maximum, whole=found.whole),
        tails=loose_sums(grid, values, counts, largest=max(-found.minimum, found.maximum)),
        minimum=found.minimum,
        maximum=found.maximum,
        dtypes=dtypes,
    )
