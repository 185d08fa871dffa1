"""How far windows of the history lie from the rest of it: one covariance per feature and length of window."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.calibration.calendar import MONTHS, SLOTS, Cycles
from courtside.core.drift.calibration.days import DayCounts
from courtside.core.drift.calibration.distance import Cumulants, Distance
from courtside.core.drift.calibration.groups import Groups
from courtside.core.drift.rounding import Floats, Integers

LENGTHS = (1, 2, 4, 8, 16, 32, 64)
"""Days of the windows tried; longer windows are taken as made of independent ones of the longest."""
LONGEST_PHASED = 32
"""The same for windows compared by month: months that all stick out one way are a change, not chance."""
YEARS_WEIGHT = 0.25
"""Share of the variance between years that counts as chance. With all of it a reference that rises from year to year
would hide the next rise; with none of it a window would be held to one year's level."""
FEWEST_BLOCKS = 8
"""Fewer windows of a length say too little of their spread."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What windows of `days` days showed: cumulants of rows times squared distance, over how many windows."""

    days: int
    blocks: int
    cumulants: Cumulants


@dataclass(frozen=True, eq=False, slots=True)
class Blocks:
    """Windows of one length: counts of all groups in each, and what was expected from comparable rows elsewhere.

    `year` tells that they are one year's, compared with other years.
    """

    counts: Floats
    expected: Floats
    year: bool


def spreads(
    history: DayCounts, groups: Sequence[Groups], distances: Sequence[Distance], *, phased: bool
) -> list[list[Spread]]:
    """Return, per feature, the spread of windows of each length of which the history holds enough.

    With `phased`, a window is compared with the same months of the two nearest other years; otherwise with all rows
    except its neighbours'. No feature is taken to be steadier than half of them are: few windows may flatter one.
    Source: Rao & Scott 1984, Ann. Stat. 12(1) (design effects of clustered rows); blocks: Künsch 1989, ibid. 17(3).
    """
    years = Years.of(history) if phased else None
    ends = np.cumsum([group.size for group in groups])
    parts = [slice(end - group.size, end) for end, group in zip(ends, groups, strict=True)]
    independent = [distance.independent().first for distance in distances]
    found: list[list[Spread]] = [[] for _ in groups]
    for days in LENGTHS:
        several = years is not None and years.cycles.count > 1
        if several and days > LONGEST_PHASED:
            break
        windows = list(years.windows(days) if years is not None and several else _plain(history, days))
        measured = [_measured(windows, *of, days=days) for of in zip(parts, distances, strict=True)]
        for spread, steady in zip(found, _steadied(measured, independent), strict=True):
            spread.extend([] if steady is None else [steady])
    return found


def _measured(windows: Sequence[Blocks], part: slice, distance: Distance, *, days: int) -> Spread | None:
    deviations = np.concatenate(
        [np.zeros((0, distance.scale.size)), *(_deviations(w, part, distance) for w in windows)]
    )
    years = sum(blocks.year for blocks in windows)
    free = _free(len(deviations), years) if years else len(deviations)
    if free < FEWEST_BLOCKS:
        return None
    return Spread(days, free, Cumulants.of(deviations.T @ deviations / len(deviations)))


def _steadied(measured: Sequence[Spread | None], independent: Sequence[float]) -> list[Spread | None]:
    """Raise spreads below the median of the features' design effects to it."""
    effects = [
        s.cumulants.first / one if s and one > 0 else math.nan for s, one in zip(measured, independent, strict=True)
    ]
    typical = float(np.nanmedian(effects)) if not np.isnan(effects).all() else math.nan
    raised: list[Spread | None] = []
    for spread, effect in zip(measured, effects, strict=True):
        factor = typical / effect if 0 < effect < typical else 1.0
        raised.append(spread and replace(spread, cumulants=(spread.cumulants * factor).rounded()))
    return raised


def _free(windows: int, years: int) -> int:
    """Return how many of the windows are free to differ, as years are held against each other and to their level."""
    return int((windows - years * (1 - YEARS_WEIGHT)) * (years - 1) / years)


def _deviations(blocks: Blocks, part: slice, distance: Distance) -> Floats:
    """Return each window's deviation in the distance's coordinates, scaled to one row."""
    counts, expected = blocks.counts[:, part], blocks.expected[:, part]
    rows, others = counts.sum(axis=1, keepdims=True), expected.sum(axis=1, keepdims=True)
    usable = ((rows > 0) & (others > 0)).ravel()
    counts, expected, rows, others = counts[usable], expected[usable], rows[usable], others[usable]
    scale = np.sqrt(rows / (1 + rows / others))
    deviations = distance.coordinates(counts / rows - expected / others) * scale
    return _less_level(deviations) if blocks.year and len(deviations) > 1 else deviations


def _less_level(deviations: Floats) -> Floats:
    """Take most of a year's own level off, and make up for the freedom that this costs."""
    level = deviations.mean(axis=0) * (1 - math.sqrt(YEARS_WEIGHT))
    windows = len(deviations)
    result: Floats = (deviations - level) * math.sqrt(windows / (windows - 1 + YEARS_WEIGHT))
    return result


def _summed(counts: Floats, block: Integers) -> tuple[Integers, Floats]:
    numbers, starts = np.unique(block, return_index=True)
    return numbers, np.add.reduceat(counts, starts, axis=0)


def _summed_any(counts: NDArray[np.int32], block: Integers) -> tuple[Integers, Floats]:
    order = np.argsort(block, kind="stable")
    return _summed(counts[order].astype(np.float64), block[order])


def _plain(history: DayCounts, days: int) -> Iterator[Blocks]:
    """Windows against all others but the ones beside them, which share what they depend on."""
    if not history.days.size:
        return
    numbers, counts = _summed(history.counts.astype(np.float64), (history.days - history.days[0]) // days)
    beside = counts.copy()
    adjacent = (np.diff(numbers) == 1)[:, None]
    beside[1:] += counts[:-1] * adjacent
    beside[:-1] += counts[1:] * adjacent
    yield Blocks(counts, counts.sum(axis=0) - beside, year=False)


@dataclass(frozen=True, eq=False, slots=True)
class Years:
    """A history by year: counts by month, and rows by month until each day."""

    history: DayCounts
    cycles: Cycles
    by_month: Floats
    until: Floats

    @classmethod
    def of(cls, history: DayCounts) -> "Years":
        """Sort a history's days into years and months."""
        cycles = Cycles.of(history.days)
        month = cycles.month_of_place[cycles.place]
        by_month = np.zeros((cycles.count * MONTHS, history.counts.shape[1]))
        numbers, counts = _summed_any(history.counts, cycles.cycle * MONTHS + month)
        by_month[numbers] = counts
        by_place = np.zeros((cycles.count, SLOTS + 1, MONTHS))
        np.add.at(by_place, (cycles.cycle, cycles.place + 1, month), history.rows)
        return cls(history, cycles, by_month.reshape(cycles.count, MONTHS, -1), by_place.cumsum(axis=1))

    def windows(self, days: int) -> Iterator[Blocks]:
        """Windows against other years' rows of the same months, weighted by their rows on the same days."""
        for cycle in range(self.cycles.count):
            mine, others = self.cycles.cycle == cycle, self.cycles.neighbours(cycle)
            numbers, counts = _summed(self.history.counts[mine].astype(np.float64), self.cycles.place[mine] // days)
            seen = self.until[others].sum(axis=0)
            wanted = seen[np.minimum((numbers + 1) * days, SLOTS)] - seen[numbers * days]
            share = wanted / np.maximum(seen[-1], 1)
            yield Blocks(counts, share @ self.by_month[others].sum(axis=0), year=True)
