"""Sums of scores by block of time, collected from a history in one pass and in bounded memory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from courtside.core.drift.calibration.days import NO_DAY, days_of
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.cells import BatchCells
from courtside.core.drift.columns.column import Column
from courtside.core.drift.columns.rounding import Floats, Integers
from courtside.core.drift.pairs.scores import Scores
from courtside.core.drift.pairs.sums import AT_ONCE, PairSums

MOST_BLOCKS = 512
"""If there are more blocks of time, their width doubles; the result does not depend on the order of the rows."""


@dataclass(frozen=True, eq=False, slots=True)
class Blocks:
    """The sums of each block with rows, in order of time: block n holds the days n * width to (n + 1) * width - 1.

    `squares` sums the products of two squared scores over all rows, and `cubes` those of a cubed score and another one;
    they tell how much correlations of independent rows vary. Their shape is (scores, scores).
    """

    width: int
    numbers: Integers
    sums: PairSums
    squares: Floats
    cubes: Floats

    def since(self, day: int) -> "Blocks":
        """Return the blocks that begin on `day` (since 1970) or later; the fourth moments stay those of all rows."""
        kept = np.flatnonzero(self.numbers * self.width >= day)
        return replace(self, numbers=self.numbers[kept], sums=self.sums.taken(kept))


class PairHistory:
    """Collects the blocks of a history; without a time column, all rows are one block."""

    def __init__(self, columns: Sequence[Column], scores: Scores, *, time_column: str | None) -> None:
        self._columns, self._scores, self._time_column = columns, scores, time_column
        self._width = 1
        self._blocks: dict[int, PairSums] = {}
        self._squares = np.zeros((scores.size, scores.size))
        self._cubes = np.zeros((scores.size, scores.size))

    def add(self, cells: BatchCells) -> None:
        """Count one batch; rows without a day are left out. Raises `NotATimeColumn`."""
        rows = cells.batch.num_rows
        days = np.zeros(rows, np.int64)
        if self._time_column is not None:
            time = arrow.column(cells.batch, self._time_column)
            days = np.full(rows, NO_DAY) if time is None else days_of(time, self._time_column)
        for start in range(0, rows, AT_ONCE):
            part = slice(start, start + AT_ONCE)
            if (days[part] != NO_DAY).any():
                self._add(days[part], *self._scores.rows(self._columns, cells, part))

    def blocks(self) -> Blocks:
        """Return the blocks of all batches counted so far."""
        numbers = sorted(self._blocks)
        parts = [self._blocks[number] for number in numbers] or [PairSums.blank(self._scores)]
        sums = PairSums(
            self._scores,
            np.stack([part.both for part in parts]),
            np.stack([part.totals for part in parts]),
            np.stack([part.products for part in parts]),
        )
        return Blocks(self._width, np.array(numbers or [0]), sums, self._squares, self._cubes)

    def _add(self, days: Integers, scored: Floats, present: Floats | None) -> None:
        without = np.count_nonzero(days == NO_DAY)
        order = np.argsort(days, kind="stable")[without:]  # rows without a day are sorted to the front
        scored, present = scored[:, order], present if present is None else present[:, order]
        # Sums of whole numbers below 2**53 are exact in floats, so the order of the rows does not matter.
        squared = scored * scored
        self._squares += squared @ squared.T
        self._cubes += (squared * scored) @ scored.T
        days = days[order]
        starts, numbers = self._cut(days)
        while len(self._blocks.keys() | set(numbers)) > MOST_BLOCKS:
            self._widen()
            starts, numbers = self._cut(days)
        sums = PairSums.of_parts(self._scores, scored, present, starts)
        for place, number in enumerate(numbers):
            self._put(number, sums.one(place))

    def _cut(self, days: Integers) -> tuple[Integers, list[int]]:
        """Return where each block begins in ascending days, and its number."""
        block = days // self._width
        starts = np.flatnonzero(np.diff(block, prepend=NO_DAY))
        return starts, block[starts].tolist()

    def _widen(self) -> None:
        before, self._blocks = self._blocks, {}
        self._width *= 2
        for number, sums in before.items():
            self._put(number // 2, sums)

    def _put(self, number: int, sums: PairSums) -> None:
        self._blocks[number] = self._blocks[number] + sums if number in self._blocks else sums
