"""Two-sample Kolmogorov-Smirnov statistic."""

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from courtside.core.drift.columns.column import NumericColumn
from courtside.core.drift.statistics.shares import require_comparable
from courtside.core.drift.statistics.statistic import NUMBERS, Figure, Statistic, Values
from courtside.core.tails import kolmogorov_tail


@dataclass(frozen=True, slots=True)
class Ks:
    """The statistic, its p-value for independent rows, and how much larger the exact statistic can be."""

    value: float
    pvalue: float
    error: float


def ks(reference: NumericColumn, current: NumericColumn) -> Ks:
    """Return the largest difference of the two distribution functions at the grid's edges.

    Symmetric, in [0, 1]. The exact statistic lies in [value, value + error]; error is at most the largest cell of the
    reference (1e-3, or one row of 401 to 999), and 0 where all cells hold one value. The p-value assumes independent
    rows. Raises `ProfileMismatch` or `EmptyWindow`.

    Source: Smirnov 1948; p-value with the small-sample correction of Stephens 1970, J. R. Stat. Soc. B 32(1).
    """
    require_comparable(reference, current)
    value = float(np.abs(reference.distribution - current.distribution).max())
    upper = max(value, _largest_inside(reference, current))
    return Ks(value=value, pvalue=ks_pvalue(value, reference.valid, current.valid), error=upper - value)


def ks_pvalue(value: float, rows: int, other_rows: int) -> float:
    """Return the p-value of a two-sample KS statistic of independent rows."""
    root = math.sqrt(rows * other_rows / (rows + other_rows))
    return kolmogorov_tail((root + 0.12 + 0.11 / root) * value)


def _largest_inside(reference: NumericColumn, current: NumericColumn) -> float:
    """Bound the difference within cells; in a cell that only one side occupies, the edges decide."""
    inside = (reference.counts > 0) & (current.counts > 0) & ~reference.grid.single
    f, g = reference.distribution, current.distribution
    return float(np.maximum(f[1:] - g[:-1], g[1:] - f[:-1])[inside].max(initial=0.0))


def _values(reference: NumericColumn, current: NumericColumn) -> Values:
    found = ks(reference, current)
    return {"ks": found.value, "ks_pvalue": found.pvalue}


STATISTIC = Statistic(
    name="ks",
    kinds=NUMBERS,
    compute=_values,
    figures=(Figure("ks", "Kolmogorov-Smirnov", pvalue="ks_pvalue"),),
    added=date(2026, 11, 23),
    order=30,
)
