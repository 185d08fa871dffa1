"""The differences between the years of a history, which tell what is usual and not only what is chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from courtside.core.drift.calibration.calendar import MONTHS, Cycles
from courtside.core.drift.calibration.days import DayCounts
from courtside.core.drift.calibration.groups import Groups
from courtside.core.drift.columns.rounding import Floats, Integers

MOST_YEARS = 11
"""The number of newest years that are kept, which gives ten steps from one year to the next."""
MOST_RANGES = 12
"""The resolution for comparing years, fine enough to find the largest difference of two smooth distributions."""
FEWEST_ROWS = 100
"""A year with fewer comparable rows takes part in no step."""


@dataclass(frozen=True, eq=False, slots=True)
class Years:
    """Counts of all features' ranges of groups side by side, by year and month; the shape is (years, 12, ranges)."""

    counts: Integers

    @classmethod
    def of(cls, history: DayCounts, groups: Sequence[Groups]) -> "Years":
        """Cut a history into years where it pauses, or at New Year, and keep the newest."""
        cycles = Cycles.of(history.days)
        starts = np.cumsum([0, *map(ranges, groups)])
        counts = np.zeros((cycles.count, MONTHS, int(starts[-1])), np.int64)
        if cycles.count:
            of_group = np.concatenate([start + _range_of(group) for start, group in zip(starts, groups, strict=False)])
            month = cycles.cycle * MONTHS + cycles.month_of_place[cycles.place]
            runs = np.flatnonzero(np.diff(month, prepend=-1))  # the many days are summed by month first
            by_month = np.add.reduceat(history.counts, runs, axis=0, dtype=np.int64)
            year, month_of_year = np.divmod(month[runs, None], MONTHS)
            np.add.at(counts, (year, month_of_year, of_group), by_month)
        return cls(counts[-MOST_YEARS:])

    def steps(self, groups: Sequence[Groups], share: Floats | None = None) -> list[tuple[float, ...]]:
        """Return each feature's effects from one year to the next, oldest first, with months weighted by `share`."""
        weights = np.ones(MONTHS) if share is None else share
        years = np.einsum("m,ymg->yg", weights, self.counts)
        parts = np.split(years, np.cumsum([*map(ranges, groups)])[:-1], axis=1)
        return [_steps(part, ordered=group.ordered) for part, group in zip(parts, groups, strict=True)]


def ranges(groups: Groups) -> int:
    """Return the number of ranges into which the groups of a feature are gathered."""
    return min(groups.size, MOST_RANGES)


def _range_of(groups: Groups) -> Integers:
    """Return the range of each group: numeric groups are gathered evenly, and of levels only the rare ones."""
    number = np.arange(groups.size)
    return number * ranges(groups) // groups.size if groups.ordered else np.minimum(number, MOST_RANGES - 1)


def _steps(counts: Floats, *, ordered: bool) -> tuple[float, ...]:
    rows = counts.sum(axis=1, keepdims=True)
    shares = (counts / np.maximum(rows, 1))[rows.ravel() >= FEWEST_ROWS]
    changes = np.diff(shares, axis=0)
    effects = np.abs(changes.cumsum(axis=1)).max(axis=1) if ordered else np.abs(changes).sum(axis=1) / 2
    return tuple(effects.tolist())
