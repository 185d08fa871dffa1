"""Integer scores of a column's cells, from which rank correlations are computed exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from courtside.core.dataset import FeatureKind
from courtside.core.drift.columns.cells import NO_CELL, BatchCells
from courtside.core.drift.columns.column import CategoryColumn, Column, NumericColumn
from courtside.core.drift.columns.rounding import Floats, Integers

SCALE = 100
"""Scores lie in [-100, 100]; that is fine enough for ranks and keeps sums of fourth powers exact."""
MOST_SCORES = 64
"""The most scores of a table; any further columns are compared only one by one."""
MOST_LEVELS = 3
"""How many of a category's most frequent levels get a score: 1 for the level and 0 for all others, centred."""


@dataclass(frozen=True, eq=False, slots=True)
class Score:
    """The score of each cell of the feature at `position`; `level` names the level it stands for, if any."""

    position: int
    of_cell: Integers
    level: str | None = None

    def same_as(self, other: "Score") -> bool:
        """Tell whether sums of these scores and of the other ones can be added."""
        return self.position == other.position and np.array_equal(self.of_cell, other.of_cell)


@dataclass(frozen=True, eq=False)
class Scores:
    """The scores of a table in the order of its features."""

    each: tuple[Score, ...]

    @classmethod
    def of(cls, columns: Sequence[Column]) -> "Scores":
        """Score the columns of a reference: numbers by rank, levels by whether a row has them; the mean is about 0."""
        found = [score for position, column in enumerate(columns) for score in _scores(position, column)]
        return cls(tuple(found[:MOST_SCORES]))

    @property
    def size(self) -> int:
        """Return the number of scores."""
        return len(self.each)

    @cached_property
    def pairs(self) -> tuple[Integers, Integers]:
        """Return the positions of both scores of each pair; each score is also paired with itself."""
        first, second = np.triu_indices(self.size)
        return first, second

    @cached_property
    def different(self) -> tuple[Integers, Integers]:
        """Return the positions of both scores of each pair of different scores."""
        first, second = self.pairs
        return first[first != second], second[first != second]

    def kurtosis(self, columns: Sequence[Column]) -> Floats:
        """Return the fourth moment of each score divided by its squared second moment, over the rows of a reference."""
        found = []
        for score in self.each:
            column = columns[score.position]
            counts = column.counts if isinstance(column, NumericColumn) else column.cells
            squared = score.of_cell.astype(np.float64) ** 2
            second = float(counts @ squared)
            found.append(float(counts @ squared**2) * float(counts.sum()) / second**2 if second else np.inf)
        return np.array(found)

    def same_as(self, other: "Scores") -> bool:
        """Tell whether sums of these scores and of the other ones can be added."""
        return self is other or (
            self.size == other.size
            and all(mine.same_as(theirs) for mine, theirs in zip(self.each, other.each, strict=True))
        )

    def rows(self, columns: Sequence[Column], cells: BatchCells, part: slice) -> tuple[Floats, Floats | None]:
        """Return the scores of some rows of a batch, in the shape (scores, rows), with 0 for a missing value.

        The second array is 1 for a value and 0 for a missing one, or None if no value is missing.
        """
        scored = np.empty((self.size, len(range(cells.batch.num_rows)[part])))
        present: Floats | None = None
        for place, score in enumerate(self.each):
            found = cells.of(columns[score.position])[part]
            # `NO_CELL` is -1, so it selects the last entry.
            np.append(score.of_cell, 0).astype(np.float64).take(found, out=scored[place], mode="wrap")
            if (gaps := found == NO_CELL).any():
                present = np.ones_like(scored) if present is None else present
                present[place] = ~gaps
        return scored, present


def _scores(position: int, column: Column) -> list[Score]:
    if isinstance(column, NumericColumn):
        return [Score(position, _ranked(column.counts))]
    if column.kind is FeatureKind.BINARY or len(column.levels) <= 2:
        return [Score(position, _chosen(column, column.levels[-1]))]
    ranked = np.argsort(-column.counts[:-1], kind="stable")
    levels = [column.levels[place] for place in sorted(ranked[:MOST_LEVELS].tolist())]
    return [Score(position, _chosen(column, level), level) for level in levels]


def _ranked(counts: Integers) -> Integers:
    """Return the mean rank of the rows of each cell, scaled to -SCALE to SCALE."""
    until = np.cumsum(counts)
    middle = (2 * until - counts) / max(1, until[-1]) - 1
    return _whole(middle)


def _chosen(column: CategoryColumn, level: str) -> Integers:
    (cell,) = column.cells_of([level])
    share = float(column.cells[cell]) / max(1, column.valid)
    found = np.full(column.cells.size, -share)
    found[cell] = 1 - share
    return _whole(found)


def _whole(values: Floats) -> Integers:
    found: Integers = np.rint(SCALE * values).astype(np.int64)
    return found
