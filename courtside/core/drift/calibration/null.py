"""The null distribution of one feature: how far a window lies from its reference if nothing has changed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from courtside.core.drift.calibration.blocks import LENGTHS, Spread
from courtside.core.drift.calibration.distance import Cumulants, Distance
from courtside.core.drift.calibration.groups import Groups
from courtside.core.drift.columns.column import Column
from courtside.core.drift.columns.rounding import Integers
from courtside.core.tails import f_tail


@dataclass(frozen=True, eq=False)
class FeatureNull:
    """The groups of a column, the reference's counts in them, and the spread of the history's windows by length.

    Without `spreads`, the null assumes independent rows.
    """

    groups: Groups
    counts: Integers
    spreads: Sequence[Spread] = field(default=())

    @classmethod
    def of(cls, column: Column) -> "FeatureNull":
        """Return the null of a reference's column under the assumption of independent rows."""
        groups = Groups.of(column)
        return cls(groups, groups.counts(column.cells))

    @cached_property
    def distance(self) -> Distance:
        """Return the squared distance between shares of the groups."""
        return Distance.of(self.counts, ordered=self.groups.ordered)

    @cached_property
    def independent(self) -> Cumulants:
        """Return the cumulants for independent rows."""
        return self.distance.independent()

    def pvalue(self, reference: Column, current: Column, *, days: float) -> float:
        """Return how often windows of that many days lie as far from their reference by chance alone.

        The null of the distance is a weighted sum of chi-squared variables, matched by its first three cumulants. If
        there are few windows, an F distribution allows for their own error. Source: Pearson 1959, Biometrika 46; Imhof
        1961, ibid. 48(3/4); for clustered rows Rao & Scott 1984, Ann. Stat. 12(1).
        """
        before, after = (self.groups.counts(column.cells) for column in (reference, current))
        squared = self.distance.squared(before / reference.valid, after / current.valid)
        scaled = squared / (1 / reference.valid + 1 / current.valid)
        cumulants, blocks = self.at(days)
        return tail(scaled, cumulants, blocks)

    def at(self, days: float) -> tuple[Cumulants, float]:
        """Interpolate the spread in the logarithm of the window length, never below that of independent rows.

        Beyond the longest length of which the history has enough windows, the spread keeps growing at the last rate.
        """
        return spread_at(self.spreads, self.independent, days=days)

    def nearest(self, days: float) -> Spread | None:
        """Return the spread of the windows nearest in length, or None if there are none."""
        wanted = math.log(max(days, 1))
        return min(self.spreads, key=lambda spread: abs(math.log(spread.days) - wanted), default=None)


def spread_at(spreads: Sequence[Spread], independent: Cumulants, *, days: float) -> tuple[Cumulants, float]:
    """Return the spread of windows of some days and how many windows it is known from, as `FeatureNull.at` does."""
    if not spreads:
        return independent, math.inf
    longest = max(LENGTHS[-1], spreads[-1].days)
    place = math.log(min(max(days, 1), longest))
    lengths = np.log([spread.days for spread in spreads])
    values = ((s.cumulants.first, s.cumulants.second, s.cumulants.third, s.blocks) for s in spreads)
    first, second, third, blocks = (float(np.interp(place, lengths, row)) for row in zip(*values, strict=True))
    cumulants = Cumulants(first, second, third) * math.exp(_growth(spreads) * max(0.0, place - lengths[-1]))
    if cumulants.first <= independent.first:
        return independent, math.inf
    return cumulants, blocks


def _growth(spreads: Sequence[Spread]) -> float:
    """Return the slope of the spread over the length, both in logarithms, at the longest ones; 0 to 1."""
    if len(spreads) < 2:
        return 0.0
    before, last = spreads[-2:]
    if not (before.cumulants.first > 0 and last.cumulants.first > 0):
        return 0.0
    rise = math.log(last.cumulants.first / before.cumulants.first)
    return min(1.0, max(0.0, rise / math.log(last.days / before.days)))


def tail(scaled: float, cumulants: Cumulants, blocks: float) -> float:
    """Return how often chance gives a distance as large, from cumulants known as well as from that many blocks."""
    first, second, third = cumulants.first, cumulants.second, cumulants.third
    if scaled <= 0:
        return 1.0
    if third <= 0:
        return 0.0
    degrees = second**3 / third**2
    matched = 1 + (scaled - first) / math.sqrt(degrees * second)
    known = blocks * first**2 / second
    return f_tail(matched, degrees=degrees, other_degrees=known)
