"""Other ways of looking at a season every day: each returns the first day of an alarm, None if there is none."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.looking.streams import Floats

FIRST_LOOK = 7
CLIP = 4.0
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Known:
    """The standard errors that are known: of a day's mean as of independent rows, as it is, and of the promise."""

    rows: float
    days: float
    promise: float


def z_test(means: Floats, known: Known) -> int | None:
    """Test at 5 %, one-sided, whether all rows so far have a mean above 0, as if it were the only look."""
    count = np.arange(1, means.size + 1)
    error = np.sqrt(known.rows**2 / count + known.promise**2)
    return _first(np.cumsum(means) / count > 1.645 * error, after=FIRST_LOOK)


def day_z_test(means: Floats, known: Known) -> int | None:
    """Do the same by the spread of the days' means."""
    count = np.arange(1, means.size + 1)
    mean = np.cumsum(means) / count
    with np.errstate(all="ignore"):
        variance = np.maximum(np.cumsum(means**2) / count - mean**2, 0) * count / (count - 1)
        error = np.sqrt(variance / count + known.promise**2)
    return _first(mean > 1.645 * error, after=FIRST_LOOK)


def betting(means: Floats, known: Known) -> int | None:
    """Bet on each day's mean, clipped to 4 of its standard errors, that it is above 0.

    The stakes are those of Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting" (JRSS B
    86, 2024): the mean so far over its second moment, at most half of what could be lost. A promise's error is taken
    off first, at half of the risk.
    """
    bound, off = CLIP * known.days, 1.96 * known.promise
    risk = ALPHA / 2 if known.promise else ALPHA
    clipped = np.clip(means - off, -bound, bound)
    count = np.arange(means.size)
    mean = np.cumsum(clipped) - clipped
    second = np.cumsum(clipped**2) - clipped**2 + bound**2 / 4
    stakes = np.clip(mean / (count + 1) / (second / (count + 1)), 0, 0.5 / bound)
    return _first(np.cumsum(np.log1p(stakes * clipped)) > math.log(1 / risk), after=0)


def _first(alarms: NDArray[np.bool_], *, after: int) -> int | None:
    found = np.flatnonzero(alarms[after:])
    return int(found[0]) + after + 1 if found.size else None
