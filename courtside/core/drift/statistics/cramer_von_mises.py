"""Two-sample Cramér-von Mises statistic."""

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from courtside.core.drift.columns.column import NumericColumn
from courtside.core.drift.statistics.shares import require_comparable
from courtside.core.drift.statistics.statistic import NUMBERS, Figure, Statistic, Values

SMALLEST, LARGEST = 0.003, 12.0
"""Below and above these values, the limiting distribution is 0 and 1 to the last digit."""
_TERMS = 24
"""The number of terms of its series that matter up to `LARGEST`."""
_STEP = 0.25
_POINTS = np.arange(0, 10 + _STEP, _STEP)
"""The points at which the integrand of the Bessel function is added up; it is smooth and vanishes at the end."""
_WEIGHTS = np.array([math.sqrt(4 * k + 1) * math.gamma(k + 0.5) / math.factorial(k) for k in range(_TERMS)])
_DECAY, _HEIGHT = 1 + np.cosh(_POINTS), np.cosh(_POINTS / 4) * np.where(_POINTS > 0, _STEP, _STEP / 2)


@dataclass(frozen=True, slots=True)
class CramerVonMises:
    """The mean squared difference of the distribution functions, in [0, 1/3], and its p-value for independent rows."""

    value: float
    pvalue: float


def cramer_von_mises(reference: NumericColumn, current: NumericColumn) -> CramerVonMises:
    """Return the mean of the squared difference of both distribution functions over the rows of both sides.

    Symmetric; unlike KS it counts differences everywhere, and not just the largest one. In a cell that holds more than
    one value both functions are taken as straight lines: a new value that repeats in such a cell counts as if it were
    spread over it. The p-value assumes independent rows and few ties; below 1e-15 it is 0. Raises
    `ProfileMismatch` or `EmptyWindow`.

    Source: Anderson 1962, Ann. Math. Stat. 33(3), with its correction of mean and variance for the sample sizes.
    """
    require_comparable(reference, current)
    gap = reference.distribution - current.distribution
    left, right = gap[:-1], gap[1:]
    squared = np.where(reference.grid.single, right * right, (left * left + left * right + right * right) / 3)
    rows, other_rows = reference.valid, current.valid
    value = float((reference.counts + current.counts) @ squared) / (rows + other_rows)
    return CramerVonMises(value, _pvalue(value, rows, other_rows))


def _pvalue(value: float, n: int, m: int) -> float:
    total, product = n + m, n * m
    statistic = value * product / total
    mean = (1 + 1 / total) / 6
    variance = (total + 1) * (4 * product * total - 3 * (n * n + m * m) - 2 * product) / (180 * total * total * product)
    if variance <= 0:  # both sides have a single row
        return 1.0
    return 1.0 - _limit(1 / 6 + (statistic - mean) / math.sqrt(45 * variance))


def _limit(x: float) -> float:
    """Return the limiting distribution function; Anderson & Darling 1952, Ann. Math. Stat. 23(2), equation 4.35."""
    if x < SMALLEST:
        return 0.0
    if x > LARGEST:
        return 1.0
    odd = 4 * np.arange(_TERMS) + 1
    bessel = np.exp(-np.outer(odd * odd / (16 * x), _DECAY)) @ _HEIGHT  # this is exp(-q) K(q) of order 1/4
    return min(1.0, float(_WEIGHTS @ bessel) / (math.pi * math.sqrt(math.pi * x)))


def _values(reference: NumericColumn, current: NumericColumn) -> Values:
    found = cramer_von_mises(reference, current)
    return {"cramer_von_mises": found.value, "cramer_von_mises_pvalue": found.pvalue}


STATISTIC = Statistic(
    name="cramer_von_mises",
    kinds=NUMBERS,
    compute=_values,
    figures=(Figure("cramer_von_mises", "Cramér-von Mises", pvalue="cramer_von_mises_pvalue"),),
    added=date(2026, 11, 28),
    order=80,
)
