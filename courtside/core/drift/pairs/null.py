"""How much correlations of quiet windows differ from the rest of their history, by pair and by length of window.

Correlations are compared on Fisher's scale, where their spread hardly depends on their size. A variance is stated for
one row; divided by the number of rows, it holds for a window. It is stored as a whole number of sixteenths of a
doubling.

Source: Fisher 1915, Biometrika 10(4); for dependent rows, the spread of blocks, as in `calibration.blocks`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from courtside.core.drift.calibration.calendar import Cycles
from courtside.core.drift.columns.rounding import Floats, Integers
from courtside.core.drift.pairs.history import Blocks
from courtside.core.drift.pairs.sums import Correlations, PairSums

STEPS = 16
"""Variances are stored in sixteenths of a doubling, about 4 % each."""
UNKNOWN = 1 << 10
"""The step of a pair that too few windows could compare; its variance is so large that no change is unusual."""
LARGEST = 0.99
"""Larger correlations are treated as this one, because tiny differences between near-identical columns mean nothing."""
SMALLEST_VARIANCE = 0.25
FEWEST_WINDOWS = 8
"""With fewer windows of a length, their spread is too uncertain."""
FEWEST_ROWS = 30
"""In windows of fewer rows, correlations are mostly chance."""
NARROWED = 0.05
"""A score with less than this share of its usual variance is not correlated with others."""
TYPICAL_WEIGHT = 20
"""The most windows as which the typical spread of all pairs counts beside a pair's own windows."""
QUANTILE_EFFICIENCY = 0.5
"""Roughly the share of the other pairs' information that a quantile of them keeps."""
UPPER, UPPER_NORMAL = 0.9, 1.2816
"""The quantile of all pairs' spreads that counts as typical, and that of the normal distribution. Columns of one entity
correlate through it while columns of different ones do not, so the median would be too small for half of the pairs."""


@dataclass(frozen=True, eq=False, slots=True)
class PairSpread:
    """The variance of each pair's correlation in windows of `days` days, known as well as from `known` windows.

    `windows` is the number of windows, and `farthest` is the largest change of any pair in any window, in standard
    deviations.
    """

    days: int
    windows: int
    known: float
    farthest: float
    steps: Integers


@dataclass(frozen=True, eq=False, slots=True)
class PairNull:
    """The variance of each pair for independent rows, and for window lengths of which there are enough windows."""

    independent: Integers
    spreads: tuple[PairSpread, ...] = ()

    @classmethod
    def of(cls, blocks: Blocks, *, since: int | None = None, phased: bool = False) -> "PairNull":
        """Compare a history's windows with other years or, without years, with all windows except their neighbours.

        Years are cut as in `calibration.blocks`: where the data pauses or, with `phased`, at New Year if it does not
        pause. Only windows from the day `since` on count.
        """
        independent = _independent(blocks)
        part = blocks if since is None else blocks.since(since)
        return cls(_steps(independent), tuple(_spreads(part, independent, phased=phased)))

    def at(self, days: float) -> tuple[Floats, float]:
        """Return the variance of each pair for windows of that many days, and how many windows it is known from.

        The variance is interpolated in the logarithm of the length. Beyond the longest length, it keeps growing at the
        last rate.
        """
        if not self.spreads:
            return np.exp2(self.independent / STEPS), math.inf
        lengths = np.log2([spread.days for spread in self.spreads])
        place = min(max(math.log2(max(days, 1)), lengths[0]), lengths[-1])
        below = min(int(np.searchsorted(lengths, place, "right")) - 1, len(lengths) - 2)
        low, high = self.spreads[max(0, below)], self.spreads[below + 1]
        part = (place - math.log2(low.days)) / math.log2(high.days / low.days) if high is not low else 0.0
        steps = low.steps + part * (high.steps - low.steps)
        beyond = max(0.0, math.log2(max(days, 1)) - lengths[-1])
        steps = np.maximum(steps + STEPS * self._growth * beyond, self.independent)
        return np.exp2(steps / STEPS), float(low.known + part * (high.known - low.known))

    def nearest(self, days: float) -> PairSpread | None:
        """Return the spread of the windows nearest in length, or None if there are none."""
        wanted = math.log(max(days, 1))
        return min(self.spreads, key=lambda spread: abs(math.log(spread.days) - wanted), default=None)

    @property
    def _growth(self) -> float:
        """Return how fast the typical pair's variance grows at the longest lengths, in logarithms; it is 0 to 1."""
        if len(self.spreads) < 2:
            return 0.0
        before, last = self.spreads[-2:]
        rise = float(np.median(last.steps - before.steps)) / STEPS if last.steps.size else 0.0
        return min(1.0, max(0.0, rise / math.log2(last.days / before.days)))


def fisher(values: Floats) -> Floats:
    """Return correlations on Fisher's scale."""
    found: Floats = np.arctanh(np.clip(values, -LARGEST, LARGEST))
    return found


def comparable(correlations: Correlations, usual: Floats, first: Integers, second: Integers) -> Floats:
    """Return the number of rows that compare each pair, which is 0 if one of its scores varies far less than usual."""
    varies = correlations.variances > NARROWED * usual
    there = varies[..., first] & varies[..., second] & np.isfinite(correlations.values)
    found: Floats = np.where(there & (correlations.rows >= FEWEST_ROWS), correlations.rows, 0)
    return found


def _independent(blocks: Blocks) -> Floats:
    """Return the variance for independent rows, computed from fourth moments so that it holds for any shape.

    Source: the delta method for a correlation, as in Hotelling 1953, J. R. Stat. Soc. B 15(2), section 9.
    """
    total = blocks.sums.added()
    first, second = total.scores.different
    found = total.correlations()
    rows, values = np.maximum(found.rows, 1), np.nan_to_num(found.values)
    variances = np.maximum(found.variances, 1e-9)
    x, y = variances[first], variances[second]
    fourth = np.diag(blocks.squares)
    mixed = blocks.squares[first, second] / rows / (x * y)
    cubed = (blocks.cubes[first, second] / x + blocks.cubes[second, first] / y) / rows / np.sqrt(x * y)
    own = (fourth[first] / x**2 + fourth[second] / y**2) / rows
    variance = mixed - values * cubed + values**2 / 4 * (own + 2 * mixed)
    spread: Floats = variance / (1 - np.minimum(np.abs(values), LARGEST) ** 2) ** 2
    return np.maximum(spread, SMALLEST_VARIANCE)


@dataclass(frozen=True, eq=False, slots=True)
class _Measured:
    """The squared changes of each pair by window, scaled to one row, worth `known` independent windows."""

    changes: Floats
    known: float


def _spreads(blocks: Blocks, independent: Floats, *, phased: bool) -> Iterator[PairSpread]:
    if not blocks.numbers.size:
        return
    cycles = _cycles(blocks)
    years = cycles if cycles.count > 1 and (phased or cycles.seasons) else None
    usual = blocks.sums.added().correlations().variances
    longest = int((blocks.numbers[-1] - blocks.numbers[0]) if years is None else cycles.place.max() // blocks.width) + 1
    times = 1
    while times < 2 * longest:
        parts = list(_plain(blocks, times) if years is None else _by_year(blocks, years, times))
        found = _measured([_changes(*part, usual) for part in parts], independent, free=years.free if years else 0.0)
        if found is not None:
            yield _spread(blocks.width * min(times, longest), found, independent)
        times *= 2


def _cycles(blocks: Blocks) -> Cycles:
    """Return the year of each block's first day; all days of a block count as used, since years would seem to pause."""
    days = (blocks.numbers[:, None] * blocks.width + np.arange(blocks.width)).ravel()
    found = Cycles.of(days)
    return replace(found, cycle=found.cycle[:: blocks.width], place=found.place[:: blocks.width])


def _plain(blocks: Blocks, times: int) -> Iterator[tuple[PairSums, PairSums]]:
    """Pair each window of several blocks with all rows that are neither in it nor beside it."""
    numbers, starts = np.unique(blocks.numbers // times, return_index=True)
    windows = blocks.sums.gathered(starts)
    beside = windows
    for step in (1, -1):
        neighbour = np.minimum(np.searchsorted(numbers, numbers + step), numbers.size - 1)
        beside += windows.taken(neighbour).where(numbers[neighbour] == numbers + step)
    yield windows, windows.added() - beside


def _by_year(blocks: Blocks, cycles: Cycles, times: int) -> Iterator[tuple[PairSums, PairSums]]:
    """Pair the windows of each year with the two nearest other years, because all windows of a year share its level."""
    for cycle in range(cycles.count):
        mine = blocks.sums.taken(np.flatnonzero(cycles.cycle == cycle))
        place = cycles.place[cycles.cycle == cycle] // blocks.width
        _, starts = np.unique(place // times, return_index=True)
        others = np.flatnonzero(np.isin(cycles.cycle, cycles.neighbours(cycle)))
        yield mine.gathered(starts), blocks.sums.taken(others).added().repeated(starts.size)


def _changes(windows: PairSums, rest: PairSums, usual: Floats) -> Floats:
    """Return the change of each pair's correlation, scaled to one row, or NaN if it cannot be compared.

    Windows of few rows are left out.
    """
    enough = np.flatnonzero(windows.both.max(axis=-1) >= FEWEST_ROWS)
    windows, rest = windows.taken(enough), rest.taken(enough)
    first, second = windows.scores.different
    mine, others = windows.correlations(), rest.correlations()
    rows = comparable(mine, usual, first, second)
    counts = comparable(others, usual, first, second)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = (fisher(mine.values) - fisher(others.values)) / np.sqrt(1 / rows + 1 / counts)
    found: Floats = np.where((rows > 0) & (counts > 0), change, np.nan)
    return found


def _measured(years: Sequence[Floats], independent: Floats, *, free: float) -> _Measured | None:
    """Return the squared changes of one length, or None if there are too few; `free` is as in `calibration.blocks`.

    Windows of a year share its level, so the more of the spread lies between years, the fewer windows they are worth.
    Source: the degrees of freedom of a sum of variances, Satterthwaite 1946, Biometrics Bull. 2(6).
    """
    changes = np.concatenate(list(years))
    count = len(changes)
    if count < (2 if free else FEWEST_WINDOWS):
        return None
    if not free:
        return _Measured(changes**2, count)
    standard = [np.nan_to_num(year / np.sqrt(independent)) for year in years if len(year)]
    size = sum(float((year**2).sum()) for year in standard) / count
    level = sum(len(year) * float((year.mean(axis=0) ** 2).sum()) for year in standard) / count
    error = level**2 / free + (size - level) ** 2 / max(1, count - len(standard))
    return _Measured(changes**2, size**2 / error if error > 0 else 1.0)


def _spread(days: int, measured: _Measured, independent: Floats) -> PairSpread:
    """Moderate each pair's spread by the typical one, because a few windows tell little about a single pair.

    The result is never below the spread of independent rows, and a pair's own spread is never reduced, because columns
    such as those of a calendar correlate differently in every window.
    """
    changes, worth = measured.changes, measured.known
    counted = np.isfinite(changes).sum(axis=0)
    enough = counted >= min(FEWEST_WINDOWS, len(changes))
    own = np.nansum(changes, axis=0) / np.maximum(counted, 1)
    ratios = (own / independent)[enough]
    typical = float(np.quantile(ratios, UPPER)) / _upper(worth) if ratios.size else 1.0
    # Among the pairs of k columns, only about k carry independent information.
    others = max(0.0, math.sqrt(2 * ratios.size) - 1)
    weight = min(TYPICAL_WEIGHT, QUANTILE_EFFICIENCY * worth * others)
    drawn = (worth * own + weight * typical * independent) / (worth + weight)
    steps = np.where(enough, _steps(np.maximum(np.maximum(own, drawn), independent)), UNKNOWN)
    squared = np.where(np.isfinite(changes), changes, 0) / np.exp2(steps / STEPS)
    farthest = math.sqrt(float(squared.max(initial=0.0)))
    return PairSpread(days, len(changes), float(f"{worth + weight:.6g}"), float(f"{farthest:.6g}"), steps)


def _upper(degrees: float) -> float:
    """Return the `UPPER` quantile of a chi-squared variable over its mean; Wilson & Hilferty 1931, PNAS 17(12)."""
    spread = 2 / (9 * degrees)
    return max(0.1, 1 - spread + UPPER_NORMAL * math.sqrt(spread)) ** 3


def _steps(variance: Floats) -> Integers:
    found: Integers = np.rint(STEPS * np.log2(np.maximum(variance, SMALLEST_VARIANCE))).astype(np.int64)
    return found
