"""Sums of scores and of their products, which are integers and merge exactly in any order."""

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
"""The number of rows that are multiplied at a time, which keeps memory small."""


@dataclass(frozen=True, eq=False, slots=True)
class Correlations:
    """Correlations of all pairs of different scores, the rows in which both have a value, and the scores' variances.

    A correlation is NaN if one of its scores has no variance. Shapes: (..., pairs), (..., pairs), (..., scores).
    """

    values: Floats
    rows: Floats
    variances: Floats


@dataclass(frozen=True, eq=False, slots=True)
class PairSums:
    """The sums of one table, or those of several tables along the first dimension.

    `both` counts the rows in which both scores of a pair have a value, `totals` sums scores, and `products` sums their
    products. Pairs are in the order of `Scores.pairs`, which includes each score paired with itself.
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
        """Sum rows in floats, which multiply faster and hold the products of such small integers exactly."""
        both = np.full(scores.pairs[0].size, scored.shape[1])
        if present is not None:
            both = _whole(present @ present.T, scores)
        return cls(scores, both, scored.sum(axis=1).astype(np.int64), _whole(scored @ scored.T, scores))

    @classmethod
    def of_parts(cls, scores: Scores, scored: Floats, present: Floats | None, starts: Integers) -> "PairSums":
        """Sum the rows from each start to the next one, as tables side by side."""
        sizes = np.diff(starts, append=scored.shape[1])
        both = np.repeat(sizes[:, None], scores.pairs[0].size, axis=1)
        if present is not None:
            both = _whole(_products(present, starts), scores)
        totals = np.add.reduceat(scored, starts, axis=1) if starts.size else np.zeros((scores.size, 0))
        return cls(scores, both, totals.T.astype(np.int64), _whole(_products(scored, starts), scores))

    def one(self, place: int) -> "PairSums":
        """Return one of the tables."""
        return PairSums(self.scores, self.both[place], self.totals[place], self.products[place])

    def counted(self, columns: Sequence[Column], cells: BatchCells) -> "PairSums":
        """Return the sums of one batch with the same scores."""
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
        """Subtract a part."""
        return PairSums(self.scores, self.both - other.both, self.totals - other.totals, self.products - other.products)

    def added(self) -> "PairSums":
        """Return the sums over all tables together."""
        return PairSums(self.scores, self.both.sum(axis=0), self.totals.sum(axis=0), self.products.sum(axis=0))

    def gathered(self, starts: Integers) -> "PairSums":
        """Return the sums of the tables from each start up to the next start."""
        parts = (np.add.reduceat(part, starts, axis=0) for part in (self.both, self.totals, self.products))
        return PairSums(self.scores, *parts)

    def taken(self, places: Integers) -> "PairSums":
        """Return the tables at some places."""
        return PairSums(self.scores, self.both[places], self.totals[places], self.products[places])

    def repeated(self, times: int) -> "PairSums":
        """Return a single table repeated several times."""
        parts = (np.broadcast_to(part, (times, part.size)) for part in (self.both, self.totals, self.products))
        return PairSums(self.scores, *parts)

    def where(self, wanted: NDArray[np.bool_]) -> "PairSums":
        """Return the tables, with the sums of the unwanted ones set to zero."""
        keep = wanted[:, None]
        return PairSums(self.scores, self.both * keep, self.totals * keep, self.products * keep)

    def correlations(self) -> Correlations:
        """Return the correlations of all pairs, each over the rows in which both scores have a value."""
        first, second = self.scores.pairs
        itself = first == second
        rows = np.maximum(self.both, 1)
        means = self.totals / rows[..., itself]
        moments = self.products / rows - means[..., first] * means[..., second]
        variances: Floats = np.maximum(moments[..., itself], 0.0)
        scale = np.sqrt(variances[..., first] * variances[..., second])
        values = np.divide(moments, scale, out=np.full(moments.shape, np.nan), where=scale > 0)
        return Correlations(np.clip(values, -1, 1)[..., ~itself], self.both[..., ~itself].astype(np.float64), variances)


def _products(rows: Floats, starts: Integers) -> Floats:
    """Return the products of all pairs, summed over the rows from each start to the next one."""
    # Two arrays rather than one and its transpose, for which OpenBLAS starts threads even if there are few rows.
    columns, found = rows.T.copy(), np.empty((starts.size, len(rows), len(rows)))
    for part, start, end in zip(found, starts, [*starts[1:], rows.shape[1]], strict=True):
        np.matmul(rows[:, start:end], columns[start:end], out=part)
    return found


def _whole(matrices: Floats, scores: Scores) -> NDArray[np.int64]:
    first, second = scores.pairs
    found: NDArray[np.int64] = matrices[..., first, second].astype(np.int64)
    return found
