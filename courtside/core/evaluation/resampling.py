"""The bootstrap: how far a figure moves when the rows are drawn again.

Rows are drawn with replacement, the same draws for every model and measure, so that a difference of two models is
paired (B. Efron, R. J. Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 6 and 13).

Intervals are basic ones (A. C. Davison, D. V. Hinkley, "Bootstrap Methods and their Application", 1997, section
5.2.1): quantiles of the draws, reflected about the figure. For means and areas they agree with percentile intervals.
For the calibration error, which every resampling adds noise to, the reflection removes the bias, where a percentile
interval doubles it: for the difference between an over-confident and a calibrated model on 4,348 rows,
percentile intervals covered the truth in 10 to 25 % of 300 simulated samples, basic ones in 78 to 85 %.

A biased figure can lie outside its basic interval, where nobody who reads both would believe either. The interval then
reaches to the figure: a difference of calibration errors needs this in about 1 of 200 samples, and its interval covers
the truth as often as before, where a symmetric one covers it less often (65 instead of 75 % of 200 samples of 4,348
rows) and finds an over-confident challenger in 28 instead of 70 %. One model's calibration error, whose bias is larger,
has a symmetric interval nevertheless (P. Hall, "On symmetric bootstrap confidence intervals", Journal of the Royal
Statistical Society B 50, 1988): it is wider by the bias, and always contains the figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Values, Weighted, Weights

RESAMPLES = 1_000
LEVEL = 0.95
Key = TypeVar("Key")

_AT_ONCE = 32  # weightings worked on together: enough to fill vector units, few enough to stay in the cache


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the ends of its interval."""

    value: float
    low: float
    high: float


def resample(
    measures: Mapping[Key, Weighted],
    *,
    rows: int,
    seed: int,
    resamples: int = RESAMPLES,
    blocks: NDArray[np.intp] | None = None,
) -> dict[Key, Values]:
    """Return each measure's value on every resample of `rows` rows, shape (resamples,); all see the same draws.

    Where rows depend on each other, `blocks` says which block each belongs to, by numbers from 0 of which each occurs,
    shape (rows,); whole blocks are then drawn (A. C. Davison, D. V. Hinkley, as above, section 3.8).
    """
    rng = np.random.default_rng(seed)
    found: dict[Key, list[Values]] = {key: [] for key in measures}
    units = rows if blocks is None else int(blocks.max()) + 1
    for start in range(0, resamples, _AT_ONCE):
        drawn = _draw(rng, units, min(_AT_ONCE, resamples - start))
        weights = drawn if blocks is None else drawn[blocks]
        for key, weighted in measures.items():
            found[key].append(weighted(weights))
    return {key: np.concatenate(values) for key, values in found.items()}


def _draw(rng: np.random.Generator, units: int, times: int) -> Weights:
    drawn = [np.bincount(rng.integers(0, units, units), minlength=units) for _ in range(times)]
    return np.ascontiguousarray(np.array(drawn, dtype=np.float64).T)  # a unit's weights side by side


def basic_interval(
    value: float, draws: Values, *, level: float = LEVEL, within: tuple[float, float] = (-np.inf, np.inf)
) -> Interval:
    """Return the basic bootstrap interval of `value`, reaching to it, its ends kept `within` what the measure can be.

    Draws that are NaN (a measure that was not defined on them) are left out.
    """
    tail = (1 - level) / 2
    low, high = np.nanquantile(draws, [tail, 1 - tail])
    ends = np.clip([min(2 * value - high, value), max(2 * value - low, value)], *within)
    return Interval(value, float(ends[0]), float(ends[1]))


def symmetric_interval(
    value: float, draws: Values, *, level: float = LEVEL, within: tuple[float, float] = (-np.inf, np.inf)
) -> Interval:
    """Return the symmetric bootstrap interval of `value`, which contains it, its ends kept `within` the possible.

    It reaches as far to both sides as `level` of the draws lie from `value`. Draws that are NaN are left out.
    """
    half = np.nanquantile(np.abs(draws - value), level)
    ends = np.clip([value - half, value + half], *within)
    return Interval(value, float(ends[0]), float(ends[1]))


def simultaneous_intervals(values: Values, draws: NDArray[np.float64], *, level: float = LEVEL) -> list[Interval]:
    """Return intervals of `values`, shape (k,), that hold all together with probability `level`; draws (k, resamples).

    Each is the figure plus and minus a number of its standard errors; that number is the quantile of the largest
    standardized deviation of any of them (P. H. Westfall, S. S. Young, "Resampling-Based Multiple Testing", 1993).
    """
    error = np.nanstd(draws, axis=1, ddof=1)
    apart = np.abs(draws - values[:, None]) / np.where(error > 0, error, 1)[:, None]
    half = np.nanquantile(np.nanmax(apart, axis=0), level) * error
    return [Interval(*map(float, ends)) for ends in zip(values, values - half, values + half, strict=True)]
