"""When a drift began: the sub-window from which another distribution explains the rows best.

The distribution before the change is known, it is the reference's. For each sub-window k take the rows from k to the
end as one multinomial sample over the reference's deciles (or the levels) and compare the likelihood of their own
shares with that of the reference's shares; the k with the largest log-likelihood ratio is the maximum-likelihood
estimate of the change-point. Parts of a profile add up, so no row is read again. Rows that depend on each other weaken
all ratios alike and leave the place of the largest where it is. Several features are judged together by adding their
ratios (a composite likelihood). A drift that comes gradually began earlier than the best single step: the estimate
moves back over the sub-windows just before it that had gone half of the way already.

Source: Page 1954, Biometrika 41(1/2); Hinkley 1970, Biometrika 57(1); Varin, Reid & Firth 2011, Statistica Sinica
21(1). Half of the way is ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from courtside.core.drift.columns.column import Column, NumericColumn
from courtside.core.drift.columns.rounding import Floats, Integers
from courtside.core.drift.reports.trends import Onset
from courtside.core.drift.story.parts import Part

HALF_WAY = 0.5
LAST = 4
"""The last quarter of the time since the onset tells whether the drift still lasts."""


@dataclass(frozen=True, eq=False)
class Course:
    """The way of one feature through the sub-windows: the reference's shares by bin, and counts by sub-window and bin.

    `ordered` tells whether the bins have an order, as deciles do.
    """

    expected: Floats
    counts: Integers
    ordered: bool

    @classmethod
    def of_values(cls, reference: Column, parts: Sequence[Column]) -> "Course":
        """Follow the usable values."""
        counts = np.array([part.bin_counts for part in parts])
        return cls(_smoothed(reference.bin_counts), counts, isinstance(reference, NumericColumn))

    @classmethod
    def of_gaps(cls, reference: Column, parts: Sequence[Column]) -> "Course":
        """Follow the share of rows without a usable value, for columns that broke."""
        return cls(_smoothed(_usable(reference)), np.array([_usable(part) for part in parts]), ordered=False)

    def evidence(self) -> Floats:
        """Return, per sub-window, the log-likelihood ratio in nats of a change there: N KL(shares from there on)."""
        suffixes = np.cumsum(self.counts[::-1], axis=0)[::-1]
        rows = suffixes.sum(axis=1, keepdims=True)
        ratios = np.divide(suffixes, rows * self.expected, out=np.ones(suffixes.shape), where=suffixes > 0)
        result: Floats = (suffixes * np.log(ratios)).sum(axis=1)
        return result

    def way_gone(self, before: int, *, onset: int) -> float:
        """Return the share of the drift from `onset` on that `before` shows already; 0 if it moved another way."""
        if not self.counts[before].sum():
            return 0.0
        there, here = self._gap(self.counts[onset:].sum(axis=0)), self._gap(self.counts[before])
        far = float(np.abs(there).max())
        return float(np.abs(here).max()) / far if far > 0 and float(here @ there) > 0 else 0.0

    def back_again(self, onset: int) -> float:
        """Return the log-likelihood ratio in nats of the reference to the drifted distribution, for the last rows.

        The last rows are those of the last quarter of the sub-windows from the onset on.
        """
        later = self.counts[onset:]
        last = later[-max(1, len(later) // LAST) :].sum(axis=0)
        return float(last @ np.log(self.expected / _smoothed(later.sum(axis=0))))

    def _gap(self, counts: Integers) -> Floats:
        shares = counts / counts.sum() - self.expected
        return np.cumsum(shares) if self.ordered else shares


def onset(courses: Sequence[Course], parts: Sequence[Part]) -> Onset | None:
    """Return when the features began to drift together, or None for fewer than two parts or no feature.

    The first part's start says that the drift began there or before the window.
    """
    if len(parts) < 2 or not courses:
        return None
    joint: Floats = np.sum([course.evidence() for course in courses], axis=0)
    best = joint.size - 1 - int(joint[::-1].argmax())  # a part without rows has the same ratio as its successor
    first = best
    while first and np.mean([course.way_gone(first - 1, onset=best) for course in courses]) >= HALF_WAY:
        first -= 1
    return Onset(parts[first].start, passed=sum(course.back_again(best) for course in courses) > 0)


def _smoothed(counts: Integers) -> Floats:
    """Return shares with half a count added per bin (Krichevsky & Trofimov), so that no bin is impossible."""
    result: Floats = (counts + 0.5) / (counts.sum() + counts.size / 2)
    return result


def _usable(column: Column) -> Integers:
    return np.array([column.valid, column.tally.rows - column.valid])
