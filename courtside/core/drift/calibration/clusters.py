"""The null by entities: how far a window lies from its reference by chance if both hold entities of one kind."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from courtside.core.drift.calibration.distance import Cumulants, Distance
from courtside.core.drift.calibration.null import tail
from courtside.core.drift.columns.hashing import MOST_BITS
from courtside.core.drift.columns.rounding import Floats, Integers

FEWEST_ENTITIES = 8
"""With fewer entities on one side, too little is known about how much entities differ."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """One side of a comparison: `ids` of its entities, ascending, and the counts of one feature's groups in each.

    Of the entities' hashes `bits` bits are known.
    """

    ids: Integers
    counts: Floats
    bits: int = MOST_BITS

    @classmethod
    def side_by_side(cls, sides: "Sequence[Clusters]") -> "Clusters":
        """Return the groups of several features side by side; an entity of several of them is one."""
        bits = min(side.bits for side in sides)
        cut = [side.ids & ((1 << bits) - 1) for side in sides]
        ids = np.unique(np.concatenate(cut))
        counts = np.zeros((ids.size, sum(side.counts.shape[1] for side in sides)))
        start = 0
        for side, mine in zip(sides, cut, strict=True):
            end = start + side.counts.shape[1]
            np.add.at(counts[:, start:end], np.searchsorted(ids, mine), side.counts)
            start = end
        return cls(ids, counts, bits)

    @cached_property
    def rows(self) -> Floats:
        """Return the number of rows of each entity."""
        found: Floats = self.counts.sum(axis=1)
        return found

    @cached_property
    def total(self) -> float:
        """Return the number of rows of all entities."""
        return float(self.counts.sum())

    @cached_property
    def shares(self) -> Floats:
        """Return the share of each group in all rows."""
        found: Floats = self.counts.sum(axis=0) / self.total
        return found

    @cached_property
    def effective(self) -> float:
        """Return the number of equally large entities that would carry as much information."""
        squared = float((self.rows * self.rows).sum())
        return float(self.rows.sum()) ** 2 / squared if squared else 0.0

    def contributions(self, distance: Distance) -> Floats:
        """Return what each entity adds to the deviation of this side's shares, in the coordinates of the distance.

        Contributions are scaled so that their squares sum to an unbiased variance if entities are alike. Source: Bell &
        McCaffrey 2002, Survey Methodology 28(2).
        """
        rows = self.rows[:, None]
        deviations = self.counts - rows * self.shares
        leverage = np.sqrt(np.maximum(1 - rows / self.total, 1e-9))
        scaled: Floats = distance.coordinates(deviations) / (self.total * leverage)
        return scaled


def cluster_pvalue(reference: Clusters, current: Clusters, distance: Distance) -> float:
    """Return the probability that newly drawn entities lie as far from the reference by chance alone.

    The covariance of the difference is a sum over entities. An entity on both sides adds only what is left after its
    own level cancels. The squared distance is then a weighted sum of chi-squared variables, whose variance is known as
    well as the number of entities allows. Source: Liang & Zeger 1986, Biometrika 73(1); degrees of freedom:
    Satterthwaite 1946, Biometrics Bull. 2(6).
    """
    theirs, mine = current.contributions(distance), reference.contributions(distance)
    inner, outer = theirs.T @ theirs, mine.T @ mine
    _, here, there = np.intersect1d(current.ids, reference.ids, assume_unique=True, return_indices=True)
    both = theirs[here].T @ mine[there]
    squared = float((distance.coordinates(current.shares - reference.shares) ** 2).sum())
    sizes = [float(np.trace(part)) for part in (inner, outer)]
    free = [max(1.0, side.effective - 1) for side in (current, reference)]
    shared = 2 * here.size / (current.ids.size + reference.ids.size)
    error = sum(size**2 / degrees for size, degrees in zip(sizes, free, strict=True))
    error += 2 * shared * math.prod(sizes) / math.sqrt(math.prod(free))
    known = sum(sizes) ** 2 / error if error else 0.0
    return tail(squared, Cumulants.of(inner + outer - both - both.T), known)
