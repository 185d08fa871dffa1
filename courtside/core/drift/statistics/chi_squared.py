"""Pearson's chi-squared test of homogeneity."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from courtside.core.drift.columns.column import CategoryColumn, Counts
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.statistics.shares import compared_counts, require_comparable
from courtside.core.drift.statistics.statistic import LEVELS, Figure, Statistic, Values
from courtside.core.tails import chi_squared_tail

SPARSE = 5.0
"""A table with a smaller expected count is sparse, and its asymptotic p-value may be far off (Cochran 1954)."""
DRAWS = (200, 1_800)
"""How many tables are drawn for a Monte-Carlo p-value: the first few show whether more are needed."""
ENOUGH = 10
"""With this many draws as extreme as the data a p-value is not small (Besag & Clifford 1991, Biometrika 78(2))."""


@dataclass(frozen=True, slots=True)
class ChiSquared:
    """The statistic, its p-values for independent rows, and the degrees of freedom.

    `pvalue` is asymptotic; `simulated` is found by Monte Carlo, or None if the table is dense enough for the other.
    """

    value: float
    pvalue: float
    degrees: int
    simulated: float | None = None

    @property
    def trusted_pvalue(self) -> float:
        """Return the simulated p-value if the table is sparse, else the asymptotic one."""
        return self.pvalue if self.simulated is None else self.simulated


def chi_squared(reference: CategoryColumn, current: CategoryColumn, *, seed: int = 0) -> ChiSquared:
    """Return the statistic of the 2 x levels table of counts, without continuity correction.

    It is symmetric and at least 0. Levels that are empty on both sides do not count, but a vanished level does. All
    values unseen in the reference form one level, and very many levels are gathered into groups. A constant column
    gives 0 with p = 1. If an expected count is under 5, a p-value is also simulated from tables with the same margins
    drawn with `seed`; it is at least 1/2001. Raises `ProfileMismatch` or `EmptyWindow`.

    Source: Pearson 1900, Phil. Mag. 50(302); Monte Carlo: Hope 1968, J. R. Stat. Soc. B 30(3).
    """
    require_comparable(reference, current)
    table = np.stack(compared_counts(reference, current))
    table = table[:, table.sum(axis=0) > 0]
    # Floats are multiplied first, which is exact up to 2**53, so equal sides give 0 to the last bit.
    expected = table.sum(axis=1, keepdims=True, dtype=np.float64) * table.sum(axis=0) / table.sum()
    value = float(((table - expected) ** 2 / expected).sum())
    degrees = table.shape[1] - 1
    simulated = None
    if degrees > 0 and expected.min() < SPARSE:
        simulated = _simulated_pvalue(value, table.sum(axis=0), expected, seed=seed)
    pvalue = chi_squared_tail(value, degrees=degrees)
    return ChiSquared(value=value, pvalue=pvalue, degrees=degrees, simulated=simulated)


def _simulated_pvalue(value: float, levels: Counts, expected: Floats, *, seed: int) -> float:
    rng = np.random.default_rng(seed)
    rows = round(float(expected[1].sum()))
    weights = 1 / expected[0] + 1 / expected[1]
    drawn = extreme = 0
    for draws in DRAWS:
        tables = rng.multivariate_hypergeometric(levels, rows, size=draws, method="marginals")
        values = (tables - expected[1]) ** 2 @ weights
        extreme += int(np.count_nonzero(values >= value * (1 - 1e-9)))
        drawn += draws
        if extreme >= ENOUGH:
            break
    return (extreme + 1) / (drawn + 1)


def _values(reference: CategoryColumn, current: CategoryColumn) -> Values:
    found = chi_squared(reference, current)
    return {"chi2": found.value, "chi2_pvalue": found.trusted_pvalue}


STATISTIC = Statistic(
    name="chi_squared",
    kinds=LEVELS,
    compute=_values,
    figures=(Figure("chi2", "Chi-squared", pvalue="chi2_pvalue"),),
    added=date(2026, 11, 23),
    order=60,
)
