"""Sums of scores and of their products: whole numbers that add up, whatever the order and the batches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.columns.cells import BatchCells
from courtside.core.drift.columns.column import Column
from courtside.core.drift.columns.rounding import Floats, Integers
from courtside.core.drift.errors import ProfileMismatch
from courtside.core.drift.pairs.scores import Scores

AT_ONCE = 32_768
"""How many rows are multiplied together: few enough for memory to stay small."""


@dataclass(frozen=True, eq=False, slots=True)
class Correlations:
    """Correlations of every pair of different scores, the rows in which both have a value, and each score's variance.

    A correlation is NaN where a score has no variance. Shapes: (..., pairs), (..., pairs), (..., scores).
    """

    values: Floats
    rows: Floats
    variances: Floats


@dataclass(frozen=True, eq=False, slots=True)
class PairSums:
    """One table's sums, or those of several tables side by side in the first dimension.

    `both` counts the rows in which both scores of a pair have a value, `totals` sums scores, `products` their products.
    Pairs are in the order of `Scores.pairs`, each score with itself included.
    """

    scores: Scores
    both: Integers
    totals: Integers
    products: Integers

    @classmethod
    def blank(cls, scores: Scores) -> "PairSums":
        """Return the sums of no rows."""
        pairs = scores.pairs[0].size
        return cls(scores, np.zeros(pairs, np.int64), np.zeros(scores.size, np.int64), np.zeros(pairs, np.int64))

    @classmethod
    def of_rows(cls, scores: Scores, scored: Floats, present: Floats | None) -> "PairSums":
        """Sum rows; products of so small whole numbers are exact in floats, which multiply much faster."""
        both = np.full(scores.pairs[0].size, scored.shape[1])
        if present is not None:
            both = _whole(present @ present.T, scores)
        return cls(scores, both, scored.sum(axis=1).astype(np.int64), _whole(scored @ scored.T, scores))

    def counted(self, columns: Sequence[Column], cells: BatchCells) -> "PairSums":
        """Return the sums of one batch of rows, scored as these are."""
        found = PairSums.blank(self.scores)
        for start in range(0, cells.batch.num_rows, AT_ONCE):
            part = slice(start, start + AT_ONCE)
            found += PairSums.of_rows(self.scores, *self.scores.rows(columns, cells, part))
        return found

    def __add__(self, other: "PairSums") -> "PairSums":
        """Add another part; raises `ProfileMismatch` if its scores differ."""
        if not self.scores.same_as(other.scores):
            raise ProfileMismatch("they score their columns differently")
        return PairSums(self.scores, self.both + other.both, self.totals + other.totals, self.products + other.products)

    def __sub__(self, other: "PairSums") -> "PairSums":
        """Take a part away."""
        return PairSums(self.scores, self.both - other.both, self.totals - other.totals, self.products - other.products)

    def added(self) -> "PairSums":
        """Return the sums of all tables together."""
        return PairSums(self.scores, self.both.sum(axis=0), self.totals.sum(axis=0), self.products.sum(axis=0))

    def gathered(self, starts: Integers) -> "PairSums":
        """Return the sums of the tables from each start to the next one."""
        parts = (np.add.reduceat(part, starts, axis=0) for part in (self.both, self.totals, self.products))
        return PairSums(self.scores, *parts)

    def taken(self, places: Integers) -> "PairSums":
        """Return some of the tables."""
        return PairSums(self.scores, self.both[places], self.totals[places], self.products[places])

    def repeated(self, times: int) -> "PairSums":
        """Return one table several times."""
        parts = (np.broadcast_to(part, (times, part.size)) for part in (self.both, self.totals, self.products))
        return PairSums(self.scores, *parts)

    def where(self, wanted: NDArray[np.bool_]) -> "PairSums":
        """Return the tables with the sums of those that are not wanted set to zero."""
        keep = wanted[:, None]
        return PairSums(self.scores, self.both * keep, self.totals * keep, self.products * keep)

    def correlations(self) -> Correlations:
        """Return the correlations of all pairs; those with gaps are of the rows in which both have a value."""
        first, second = self.scores.pairs
        itself = first == second
        rows = np.maximum(self.both, 1)
        means = self.totals / rows[..., itself]
        moments = self.products / rows - means[..., first] * means[..., second]
        variances: Floats = np.maximum(moments[..., itself], 0.0)
        scale = np.sqrt(variances[..., first] * variances[..., second])
        values = np.divide(moments, scale, out=np.full(moments.shape, np.nan), where=scale > 0)
        return Correlations(np.clip(values, -1, 1)[..., ~itself], self.both[..., ~itself].astype(np.float64), variances)


def _whole(matrix: Floats, scores: Scores) -> NDArray[np.int64]:
    found: NDArray[np.int64] = matrix[scores.pairs].astype(np.int64)
    return found
