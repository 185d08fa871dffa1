"""Which columns belong together is decided by the reference alone, before any window is seen.

Columns are related if their values are spread alike, as the points of home and away teams are, or if they rise and fall
with each other row by row. A change that is weak in each of them may be plain in all of them together, so their mean
rank is judged like one more column, by the same nulls.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.calibration.blocks import Spread
from courtside.core.drift.calibration.distance import Distance
from courtside.core.drift.calibration.groups import Groups
from courtside.core.drift.columns.column import CategoryColumn, Column, NumericColumn
from courtside.core.drift.columns.rounding import Floats, Integers

ALIKE = 0.2
"""Two numbers are spread alike if their distributions differ by at most this (KS) at their deciles."""
ALIKE_SHARE = 0.1
"""Two truth values are spread alike if their shares differ by at most this."""
CORRELATED = 0.5
"""Two columns rise and fall with each other if their rank correlation is at least this, or at most minus this."""
DECILES = np.arange(1, 10) / 10

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RelatedColumns:
    """The places of columns that belong together, and 1 or -1 for those that rise or fall with the first.

    `spreads` say how far windows of the history lie from it in the direction of them all, empty without a history.
    """

    places: tuple[int, ...]
    signs: tuple[int, ...]
    spreads: tuple[Spread, ...] = ()

    def known_by(self, spreads: Sequence[Spread]) -> "RelatedColumns":
        """Return the same columns with the spreads that a history shows."""
        return replace(self, spreads=tuple(spreads))


@dataclass(frozen=True, eq=False, slots=True)
class Direction(Distance):
    """One coordinate for the groups of several columns side by side: the mean of their signed ranks.

    `scale` holds the signed rank of each group, `shares` those of each group among the values of all the columns.
    """

    @classmethod
    def along(cls, counts: Sequence[Floats | Integers], signs: Sequence[int]) -> "Direction":
        """Rank each column's groups by a reference's counts in them; the mean rank of a column is 0."""
        ranks = []
        for of_column, sign in zip(counts, signs, strict=True):
            shares = of_column / max(1, of_column.sum())
            ranks.append(sign * (np.cumsum(shares) - shares / 2 - 1 / 2))
        every = np.concatenate([np.asarray(each, np.float64) for each in counts])
        return cls(ordered=True, scale=np.concatenate(ranks), shares=every / max(1.0, float(every.sum())))

    @property
    def dimensions(self) -> int:
        """Always one."""
        return 1

    def coordinates(self, shares: Floats) -> Floats:
        """Return the mean signed rank of shares, shape (..., groups), as (..., 1)."""
        found: Floats = (shares @ self.scale)[..., None]
        return found


def related_columns(
    columns: Sequence[Column], alone: Sequence[object], correlations: Floats
) -> tuple[RelatedColumns, ...]:
    """Return the sets of related columns of a reference; each column that can be ordered is in at most one of them.

    `correlations` are those of the columns' ranks, shape (columns, columns), 0 where they are not known. Columns whose
    entries of `alone` differ are judged by different nulls and are not related. Columns are taken in order and join the
    first set to whose first column they belong. Source: the leader algorithm of Hartigan, Clustering Algorithms,
    1975, chapter 3.
    """
    places = [place for place, column in enumerate(columns) if column.valid and _ordered(column)]
    alike = _alike([columns[place] for place in places])
    found: list[list[int]] = []
    signs: list[list[int]] = []
    for mine, place in enumerate(places):
        for related, of_related in zip(found, signs, strict=True):
            leader = related[0]
            sign = 1 if alike[leader, mine] else _sign(float(correlations[places[leader], place]))
            if sign and alone[places[leader]] == alone[place]:
                related.append(mine)
                of_related.append(sign)
                break
        else:
            found.append([mine])
            signs.append([1])
    return tuple(
        RelatedColumns(tuple(places[each] for each in related), tuple(of_related))
        for related, of_related in zip(found, signs, strict=True)
        if len(related) > 1
    )


def rising(column: Column, groups: Groups) -> int:
    """Return 1 if a column's groups are numbered as its values rise, -1 if they fall: levels go by frequency."""
    if isinstance(column, NumericColumn):
        return 1
    last, first = column.cells_of([column.levels[-1], column.levels[0]])
    return 1 if groups.of_cell[last] > groups.of_cell[first] else -1


def _ordered(column: Column) -> bool:
    return isinstance(column, NumericColumn) or len(column.levels) == 2


def _sign(correlation: float) -> int:
    return int(np.sign(correlation)) if abs(correlation) >= CORRELATED else 0


def _alike(columns: Sequence[Column]) -> Flags:
    """Tell of every two columns whether they are spread alike, shape (columns, columns)."""
    found = np.zeros((len(columns), len(columns)), np.bool_)
    numbers = [place for place, column in enumerate(columns) if isinstance(column, NumericColumn)]
    if numbers:
        found[np.ix_(numbers, numbers)] = _alike_numbers([columns[place] for place in numbers])
    for mine, column in enumerate(columns):
        for theirs, other in enumerate(columns[:mine]):
            if isinstance(column, CategoryColumn) and isinstance(other, CategoryColumn):
                found[mine, theirs] = found[theirs, mine] = _alike_levels(column, other)
    return found


def _alike_numbers(columns: Sequence[Column]) -> Flags:
    numeric = [column for column in columns if isinstance(column, NumericColumn)]
    points = np.stack([column.grid.edges[_cells_at(column)] + column.grid.origin for column in numeric])
    below = np.stack([_share_up_to(column, points) for column in numeric])
    own = below[np.arange(len(numeric)), np.arange(len(numeric))]
    apart = np.abs(below - own).max(axis=2)
    found: Flags = np.maximum(apart, apart.T) <= ALIKE
    return found


def _cells_at(column: NumericColumn) -> Integers:
    found: Integers = np.minimum(column.cumulative.searchsorted(DECILES - 1e-12), column.grid.edges.size - 1)
    return found


def _share_up_to(column: NumericColumn, points: Floats) -> Floats:
    found: Floats = column.distribution[column.grid.edges.searchsorted(points - column.grid.origin, "right")]
    return found


def _alike_levels(column: CategoryColumn, other: CategoryColumn) -> bool:
    if column.levels != other.levels:
        return False
    return abs(float(column.counts[1]) / column.valid - float(other.counts[1]) / other.valid) <= ALIKE_SHARE
