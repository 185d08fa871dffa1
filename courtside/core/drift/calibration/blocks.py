"""How far windows of the history lie from the rest of it: one covariance per feature and window length."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.calibration.calendar import DAYS_OF_YEAR, MONTHS, Cycles
from courtside.core.drift.calibration.days import DayCounts
from courtside.core.drift.calibration.distance import Cumulants, Distance
from courtside.core.drift.calibration.groups import Groups
from courtside.core.drift.calibration.moderation import Measured, moderate
from courtside.core.drift.columns.rounding import Floats, Integers

LENGTHS = (1, 2, 4, 8, 16, 32, 64)
"""The lengths of windows in days, besides a whole year; longer windows are treated as several independent ones."""
FEWEST_BLOCKS = 8
"""Fewer windows of a length say too little about their spread."""

FARTHEST = 10
"""The most that a window's squared deviation counts, in medians: 1 of 30 lies beyond it along a single direction."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Cumulants of rows times squared distance in windows of `days` days, known as well as from `blocks` windows."""

    days: int
    blocks: float
    cumulants: Cumulants


@dataclass(frozen=True, eq=False, slots=True)
class Blocks:
    """Windows of one length: the counts of all groups in each, and those expected from comparable rows elsewhere."""

    counts: Floats
    expected: Floats


@dataclass(frozen=True, eq=False, slots=True)
class Measure:
    """What is measured in each window: which of the history's groups, side by side, and their distance."""

    part: slice | Integers
    distance: Distance


def measures(groups: Sequence[Groups], distances: Sequence[Distance]) -> list[Measure]:
    """Return what is measured of each feature, whose groups lie side by side in a history."""
    ends = np.cumsum([group.size for group in groups])
    return [
        Measure(slice(end - group.size, end), distance)
        for end, group, distance in zip(ends, groups, distances, strict=True)
    ]


def spreads(history: DayCounts, *families: Sequence[Measure], phased: bool) -> list[list[list[Spread]]]:
    """Return each measure's spread of windows, for every length of which the history has enough windows, by family.

    Measures of a family are moderated by each other. A window is compared with the two nearest other years (with
    `phased`, with the same months of them), or, if the history has no years, with all rows except those of the windows
    beside it.

    Source: Rao & Scott 1984, Ann. Stat. 12(1) (design effects of clustered rows); blocks: Künsch 1989, ibid. 17(3).
    """
    years = Years.of(history, phased=phased)
    found = [_Family.of(family) for family in families]
    for days in years.lengths() if years else LENGTHS:
        windows = list(years.windows(days) if years else _plain(history, days))
        free = years.cycles.free if years else 0.0
        for family in found:
            family.add(windows, days, free=free)
    return [family.spreads for family in found]


@dataclass(eq=False, slots=True)
class _Family:
    """Measures that moderate each other, and what is known of them so far: a window's shape follows a shorter one's."""

    measures: Sequence[Measure]
    shapes: list[Floats]
    independent: list[float]
    spreads: list[list[Spread]]

    @classmethod
    def of(cls, measures: Sequence[Measure]) -> "_Family":
        shapes = [each.distance.covariance() for each in measures]
        return cls(measures, shapes, [float(np.trace(shape)) for shape in shapes], [[] for _ in measures])

    def add(self, windows: Sequence[Blocks], days: int, *, free: float) -> None:
        each = zip(self.measures, self.independent, strict=True)
        measured = [_measured(windows, one.part, one.distance, least=least, free=free) for one, least in each]
        for place, known in enumerate(moderate(measured, self.shapes, self.independent)):
            if known.blocks:
                spread = Spread(days, round(known.blocks, 2), Cumulants.of(known.covariance).rounded())
                self.spreads[place].append(spread)
            if known.size > 0:
                self.shapes[place] = known.covariance


def _measured(
    windows: Sequence[Blocks], part: slice | Integers, distance: Distance, *, least: float, free: float
) -> Measured:
    """Return the covariance for one length; `least` as in `_shorten`, `free` is the degrees of freedom of the years.

    Windows of a year share its level, so the more of the spread lies between years, the fewer windows they are worth.
    Source: the degrees of freedom of a sum of variances, Satterthwaite 1946, Biometrics Bull. 2(6).
    """
    years = [_deviations(blocks, part, distance) for blocks in windows]
    deviations = np.concatenate([np.zeros((0, distance.dimensions)), *years])
    _shorten(deviations, least=least)
    count = len(deviations)
    found = Measured(deviations.T @ deviations / max(1, count), count)
    if count < (2 if free else FEWEST_BLOCKS):
        return Measured(found.covariance, 0)
    if not free or not found.size:
        return found
    level = sum(len(year) * float((year.mean(axis=0) ** 2).sum()) for year in years if len(year)) / count
    error = level**2 / free + (found.size - level) ** 2 / max(1, count - len(years))
    return Measured(found.covariance, found.size**2 / error)


def _shorten(deviations: Floats, *, least: float) -> None:
    """Shorten the deviations of a few odd windows, so that they do not make every later window look usual.

    `least` is the mean squared deviation of independent rows. A median may be smaller, for example if a column was
    constant for a long time.
    """
    squared = (deviations**2).sum(axis=1)
    most = FARTHEST * max(least, float(np.median(squared)) if squared.size else 0.0)
    far = squared > max(most, np.finfo(float).tiny)
    deviations[far] *= np.sqrt(most / squared[far])[:, None]


def _deviations(blocks: Blocks, part: slice | Integers, distance: Distance) -> Floats:
    """Return the deviation of each window in the coordinates of the distance, scaled to one row."""
    counts, expected = blocks.counts[:, part], blocks.expected[:, part]
    rows, others = counts.sum(axis=1, keepdims=True), expected.sum(axis=1, keepdims=True)
    usable = ((rows > 0) & (others > 0)).ravel()
    counts, expected, rows, others = counts[usable], expected[usable], rows[usable], others[usable]
    result: Floats = distance.coordinates(counts / rows - expected / others) * np.sqrt(rows / (1 + rows / others))
    return result


def _summed(counts: Floats, block: Integers) -> tuple[Integers, Floats]:
    numbers, starts = np.unique(block, return_index=True)
    return numbers, np.add.reduceat(counts, starts, axis=0)


def _summed_any(counts: NDArray[np.int32], block: Integers) -> tuple[Integers, Floats]:
    order = np.argsort(block, kind="stable")
    return _summed(counts[order].astype(np.float64), block[order])


def _plain(history: DayCounts, days: int) -> Iterator[Blocks]:
    """Compare each window with all others except its neighbours, whose rows depend on the same games."""
    if not history.days.size:
        return
    numbers, counts = _summed(history.counts.astype(np.float64), (history.days - history.days[0]) // days)
    beside = counts.copy()
    adjacent = (np.diff(numbers) == 1)[:, None]
    beside[1:] += counts[:-1] * adjacent
    beside[:-1] += counts[1:] * adjacent
    yield Blocks(counts, counts.sum(axis=0) - beside)


@dataclass(frozen=True, eq=False, slots=True)
class Years:
    """A history by year: counts by month, and the rows of each month up to each day."""

    history: DayCounts
    cycles: Cycles
    by_month: Floats
    until: Floats

    phased: bool

    @classmethod
    def of(cls, history: DayCounts, *, phased: bool) -> "Years | None":
        """Sort a history's days into years and months; return None for a single year, or without pauses and phases."""
        cycles = Cycles.of(history.days)
        if cycles.count < 2 or not (phased or cycles.seasons):
            return None
        month = cycles.month_of_place[cycles.place]
        by_month = np.zeros((cycles.count * MONTHS, history.counts.shape[1]))
        numbers, counts = _summed_any(history.counts, cycles.cycle * MONTHS + month)
        by_month[numbers] = counts
        by_place = np.zeros((cycles.count, DAYS_OF_YEAR + 1, MONTHS))
        np.add.at(by_place, (cycles.cycle, cycles.place + 1, month), history.rows)
        until = by_place.cumsum(axis=1)
        return cls(history, cycles, by_month.reshape(cycles.count, MONTHS, -1), until, phased)

    def lengths(self) -> Sequence[int]:
        """Return the window lengths that fit into a year twice, and the length of the year itself."""
        whole = int(self.cycles.place.max()) + 1
        return (*(days for days in LENGTHS if 2 * days <= whole), whole)

    def windows(self, days: int) -> Iterator[Blocks]:
        """Return the windows and the rows of other years, weighted by month as on the same days of those years."""
        for cycle in range(self.cycles.count):
            mine, others = self.cycles.cycle == cycle, self.cycles.neighbours(cycle)
            numbers, counts = _summed(self.history.counts[mine].astype(np.float64), self.cycles.place[mine] // days)
            by_month, seen = self.by_month[others].sum(axis=0), self.until[others].sum(axis=0)
            wanted = seen[np.minimum((numbers + 1) * days, DAYS_OF_YEAR)] - seen[numbers * days]
            share = wanted / np.maximum(seen[-1], 1) if self.phased else np.ones_like(wanted)
            yield Blocks(counts, share @ by_month)
