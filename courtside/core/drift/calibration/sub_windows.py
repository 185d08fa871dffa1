"""A history cut into sub-windows of up to a month, and the distances between parts made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.calibration.calendar import DAYS_OF_YEAR, Cycles
from courtside.core.drift.calibration.days import DayCounts
from courtside.core.drift.calibration.distance import Distance
from courtside.core.drift.columns.rounding import Floats, Integers

MOST_DAYS = 30
"""The longest sub-window in days; neighbouring months hardly depend on each other, even if neighbouring days do."""
SUB_WINDOWS = 48
"""A history of less than four years is cut into about this many sub-windows."""
COVERED = 0.75
"""A newest part compared by phase must cover the parts of the year that hold this share of the history's rows."""
TYPICAL_MEDIAN = 0.6
"""The median of a squared distance divided by its mean, which is 0.45 in one direction and 0.79 in three."""
FEWEST_PAIRS = 5
"""With fewer differences between neighbours, their spread is too uncertain."""


@dataclass(frozen=True, eq=False, slots=True)
class Layout:
    """Where each feature begins among all groups and among all coordinates, and which features are ordered."""

    groups: Integers
    coordinates: Integers
    ordered: NDArray[np.bool_]

    @classmethod
    def of(cls, distances: Sequence[Distance]) -> "Layout":
        """Lay the features out side by side, in the order in which a history counts them."""
        groups = [distance.shares.size for distance in distances]
        coordinates = [distance.scale.size for distance in distances]
        ordered = np.array([distance.ordered for distance in distances])
        return cls(np.cumsum([0, *groups[:-1]]), np.cumsum([0, *coordinates[:-1]]), ordered)

    def squared(self, coordinates: Floats) -> Floats:
        """Return squared lengths by feature, shape (..., features)."""
        return np.add.reduceat(coordinates**2, self.coordinates, axis=-1)


@dataclass(frozen=True, eq=False, slots=True)
class SubWindows:
    """The sub-windows of a history in order of time, each with its part of the year.

    `shares` are those of the groups, `coordinates` are those in which the distances of the features are measured, and
    `noise` is, by feature, the mean squared length that chance gives to the coordinates of one sub-window.
    """

    first_days: Integers
    parts: Integers
    rows: Floats
    shares: Floats
    coordinates: Floats
    noise: Floats
    layout: Layout

    @classmethod
    def of(cls, history: DayCounts, distances: Sequence[Distance]) -> "SubWindows":
        """Cut every year of a history into the same parts."""
        cycles, layout = Cycles.of(history.days), Layout.of(distances)
        days = min(MOST_DAYS, (int(history.days[-1] - history.days[0]) + 1) / SUB_WINDOWS)
        parts = round(DAYS_OF_YEAR / max(days, 1))
        numbers, first = np.unique(cycles.cycle * parts + cycles.place * parts // DAYS_OF_YEAR, return_index=True)
        rows = np.add.reduceat(history.rows.astype(np.float64), first)
        shares = _shares(np.add.reduceat(history.counts.astype(np.float64), first, axis=0), layout)
        split = np.split(shares, layout.groups[1:], axis=1)
        coordinates = np.concatenate([d.coordinates(s) for d, s in zip(distances, split, strict=True)], axis=1)
        least = np.array([np.trace(distance.covariance()) for distance in distances]) / np.median(rows)
        order = _Order(numbers % parts, numbers // parts, DAYS_OF_YEAR / parts, seasons=cycles.seasons)
        noise = np.maximum(np.maximum(least, order.noise(coordinates, layout)), np.finfo(float).tiny)
        return cls(history.days[first], numbers % parts, rows, shares, coordinates, noise, layout)

    @property
    def count(self) -> int:
        """Return the number of sub-windows."""
        return self.rows.size

    def weights(
        self, places: Integers, *, start: int, phased: bool
    ) -> tuple[Floats, Floats, Integers, NDArray[np.bool_]]:
        """Return weights by which the sub-windows from `start` on represent the parts before and after each place.

        Both parts are weighted to the same parts of the year if they share at least half of the parts that one of them
        has, or if `phased`. With `phased`, a place is left out if its sides have no part of the year in common, or if
        too little of the year comes after it. Each row of weights sums to 1. The remaining places are returned as well,
        and whether the same parts of the year are compared there.
        """
        number = np.arange(self.count)
        later = number >= places[:, None]
        before, after = self.rows * (~later & (number >= start)), self.rows * later
        held = self.parts[:, None] == np.arange(self.parts.max() + 1)
        mine, theirs = before @ held, after @ held
        common = np.minimum(mine, theirs)
        seen = [(rows > 0).sum(axis=1) for rows in (mine, theirs, common)]
        alike = phased | (2 * seen[2] >= np.minimum(seen[0], seen[1]))
        before, after = (
            rows * np.where(alike[:, None], (common / np.maximum(total, 1)) @ held.T, 1)
            for rows, total in ((before, mine), (after, theirs))
        )
        covered = (theirs > 0) @ (self.rows @ held) / self.rows.sum()
        usable = before.any(axis=1) & after.any(axis=1) & ((covered >= COVERED) | (not phased))
        before, after = (rows[usable] / rows[usable].sum(axis=1, keepdims=True) for rows in (before, after))
        return before, after, places[usable], alike[usable]

    def moved(self, contrasts: Floats) -> Floats:
        """Return KS or total variation of each contrast between weighted sub-windows, shape (contrasts, features)."""
        difference = contrasts @ self.shares
        # The differences of each feature sum to zero, so one running sum serves all features.
        running = np.maximum.reduceat(np.abs(np.cumsum(difference, axis=1)), self.layout.groups, axis=1)
        varying = np.add.reduceat(np.abs(difference), self.layout.groups, axis=1) / 2
        found: Floats = np.where(self.layout.ordered, running, varying)
        return found

    def excess(self, contrasts: Floats) -> Floats:
        """Return the squared distance of each contrast as a multiple of its expectation by chance."""
        expected = (contrasts**2).sum(axis=1, keepdims=True) * self.noise
        found: Floats = self.layout.squared(contrasts @ self.coordinates) / expected
        return found

    def at_once(self, place: int, contrast: Floats, features: NDArray[np.bool_], *, beside: slice) -> float:
        """Return the share of the way between two parts that features cover between the sub-windows beside a place."""
        way = contrast @ self.coordinates
        step = self.coordinates[place : beside.stop].mean(axis=0) - self.coordinates[beside.start : place].mean(axis=0)
        gone = np.add.reduceat(step * way, self.layout.coordinates) / self.noise
        return float(gone[features].sum() / (self.layout.squared(way) / self.noise)[features].sum())

    def gone(self, place: int, before: Floats, after: Floats) -> Integers:
        """Return, by feature, how many sub-windows after a place lie beyond half of the way."""
        centre, way = before @ self.coordinates, (after - before) @ self.coordinates
        along = np.add.reduceat((self.coordinates[place:] - centre) * way, self.layout.coordinates, axis=1)
        found: Integers = (along >= self.layout.squared(way) / 2).sum(axis=0)
        return found


@dataclass(frozen=True, eq=False, slots=True)
class _Order:
    """The part of the year and the cycle of each sub-window, and the length of a sub-window in days."""

    parts: Integers
    cycles: Integers
    days: float
    seasons: bool

    def noise(self, coordinates: Floats, layout: Layout) -> Floats:
        """Return the long-run variance of one sub-window: half of the median squared difference between neighbours.

        A break inflates a variance, but it appears in only a few differences between neighbours. Rows may depend on
        each other for longer than a short sub-window, so neighbours of up to a month are tried as well. With three
        years or more, what the parts of the year have in common is subtracted. If the data pauses once a year, a whole
        season may differ from the next, so seasons count as neighbours too.

        Source: Wu & Zhao 2007, J. R. Stat. Soc. B 69(3).
        """
        found = np.zeros(layout.ordered.size)
        years = self.cycles.max() + 1
        left = coordinates - self._typical(coordinates) if years > 2 else coordinates
        spread = years / (years - 1) if years > 2 else 1.0
        size = 1
        while len(left) // size > FEWEST_PAIRS and (size == 1 or size * self.days <= MOST_DAYS):
            found = np.maximum(found, size * spread * _between(_means(left, size), layout))
            size *= 2
        return np.maximum(found, self._between_seasons(coordinates, layout)) if self.seasons else found

    def _typical(self, coordinates: Floats) -> Floats:
        """Return, for each part of the year, the median over the cycles."""
        found = np.empty_like(coordinates)
        for part in np.unique(self.parts):
            same = self.parts == part
            found[same] = np.median(coordinates[same], axis=0)
        return found

    def _between_seasons(self, coordinates: Floats, layout: Layout) -> Floats:
        found = [np.zeros(layout.ordered.size)]
        for cycle in range(1, int(self.cycles.max()) + 1):
            mine, before = self.cycles == cycle, self.cycles == cycle - 1
            common = np.intersect1d(self.parts[mine], self.parts[before])
            if common.size:
                means = [coordinates[which & np.isin(self.parts, common)].mean(axis=0) for which in (mine, before)]
                found.append(common.size * layout.squared(means[0] - means[1]) / 2)
        return np.median(found[1:] or found, axis=0) / TYPICAL_MEDIAN


def _between(coordinates: Floats, layout: Layout) -> Floats:
    found: Floats = np.median(layout.squared(np.diff(coordinates, axis=0)), axis=0) / 2 / TYPICAL_MEDIAN
    return found


def _means(coordinates: Floats, size: int) -> Floats:
    """Return the means of every `size` sub-windows, counted from the newest one, so that only old ones are left out."""
    whole = len(coordinates) // size
    result: Floats = coordinates[len(coordinates) - whole * size :].reshape(whole, size, -1).mean(axis=1)
    return result


def _shares(counts: Floats, layout: Layout) -> Floats:
    """Return the shares of each feature's groups; a sub-window without values gets those of all, which is neutral."""
    sizes = np.diff(layout.groups, append=counts.shape[1])
    total = counts.sum(axis=0)
    rows = np.repeat(np.add.reduceat(counts, layout.groups, axis=1), sizes, axis=1)
    of_all = total / np.maximum(np.repeat(np.add.reduceat(total, layout.groups), sizes), 1)
    shares: Floats = np.where(rows > 0, counts / np.maximum(rows, 1), of_all)
    return shares
