"""A figure of realised performance and its interval, computed from what each row adds to it.

A figure is close to a mean of one value per row, its *influence* on the figure (F. R. Hampel, "The influence curve and
its role in robust estimation", JASA 69, 1974; for the AUC these are DeLong's placement values). Rows of one block, as
those of one day, may depend on each other in any way, so the error is that of the blocks' sums (K.-Y. Liang,
S. L. Zeger, "Longitudinal data analysis using generalized linear models", Biometrika 73, 1986; for the AUC
N. A. Obuchowski, "Nonparametric analysis of clustered ROC curve data", Biometrics 53, 1997), and the interval has the
t quantile of one degree less than there are blocks. Nothing is resampled, so that a year of windows takes seconds.

A figure that cannot leave [0, 1] has its interval on the scale of log odds, and one that cannot be negative on the
scale of logs. Ends then stay where figures can be, and an AUC of 0.95 in 100 rows is covered in 95 instead of 86 % of
simulated samples.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from courtside.core.performance.student import t_quantile

LEVEL = 0.95
Blocks = NDArray[np.intp] | None
"""Which block each row belongs to, shape (n,): any whole numbers from 0. None: each row is a block of its own."""
SHARE = (0.0, 1.0)
POSITIVE = (0.0, math.inf)
ANY = (-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with the ends of its 95 % interval.

    `value` is None where the rows do not define it (the AUC of rows of one class), `low` and `high` are None where they
    say nothing about its error: there are fewer than two blocks, or all rows agree.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


UNDEFINED = Estimate(None)


@dataclass(frozen=True, slots=True)
class Linear:
    """A figure and the influence of each row on it, shape (n,), whose mean is 0.

    `classes` are the rows of each class where the figure compares classes: the class in the fewest blocks then says how
    well the error is known.
    """

    value: float
    influence: NDArray[np.float64]
    classes: tuple[NDArray[np.bool_], ...] = ()


def of_mean(values: NDArray[np.generic]) -> Linear:
    """Return the mean of at least one value per row, shape (n,)."""
    numbers = values.astype(np.float64)
    value = float(numbers.mean())
    return Linear(value, numbers - value)


def clustered(figure: Linear, blocks: Blocks, *, within: tuple[float, float] = ANY) -> Estimate:
    """Return a figure with its interval; its ends stay `within` what the figure can be."""
    error = standard_error(figure.influence, blocks)
    degrees = _degrees(figure, blocks)
    # Influences that are all 0 but for rounding: the rows agree, which is no proof that others would.
    if degrees < 1 or error <= 1e-12 * max(1.0, abs(figure.value)):
        return Estimate(figure.value)
    half = t_quantile(degrees, level=LEVEL) * error
    if within == SHARE and 0 < figure.value < 1:
        middle = math.log(figure.value / (1 - figure.value))
        reach = half / (figure.value * (1 - figure.value))
        return Estimate(figure.value, _expit(middle - reach), _expit(middle + reach))
    if within == POSITIVE and figure.value > 0:
        factor = math.exp(min(half / figure.value, 700.0))
        return Estimate(figure.value, figure.value / factor, figure.value * factor)
    return Estimate(figure.value, max(figure.value - half, within[0]), min(figure.value + half, within[1]))


def standard_error(influence: NDArray[np.float64], blocks: Blocks) -> float:
    """Return the standard error of a figure from the influences of its rows; NaN for fewer than two blocks."""
    count = count_of(blocks, influence.size)
    if count < 2:
        return math.nan
    sums = influence if blocks is None else np.bincount(blocks, weights=influence)
    return math.sqrt(count / (count - 1) * float(sums @ sums)) / influence.size


def count_of(blocks: Blocks, rows: int) -> int:
    """Return how many blocks these rows lie in."""
    return rows if blocks is None else int(np.count_nonzero(np.bincount(blocks)))


def _degrees(figure: Linear, blocks: Blocks) -> int:
    if not figure.classes:
        return count_of(blocks, figure.influence.size) - 1
    return min(count_of(None if blocks is None else blocks[own], int(own.sum())) for own in figure.classes) - 1


def _expit(logit: float) -> float:
    return (1 + math.tanh(logit / 2)) / 2
