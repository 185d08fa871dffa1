"""Pearson's chi-squared test of homogeneity."""

from dataclasses import dataclass

import numpy as np

from courtside.core.drift.columns import CategoryColumn
from courtside.core.drift.statistics.comparable import require_comparable
from courtside.core.drift.statistics.tails import chi_squared_tail


@dataclass(frozen=True, slots=True)
class ChiSquared:
    """The statistic, its asymptotic p-value for independent rows, and the degrees of freedom."""

    value: float
    pvalue: float
    degrees: int


def chi_squared(reference: CategoryColumn, current: CategoryColumn) -> ChiSquared:
    """Return the statistic of the 2 x levels table of counts, without continuity correction.

    Symmetric, at least 0. Levels empty on both sides do not count, a vanished level does; all values unseen in the
    reference are one level. A constant column gives 0 with p = 1. Raises `ProfileMismatch` or `EmptyWindow`.

    Source: Pearson 1900, Phil. Mag. 50(302).
    """
    require_comparable(reference, current)
    table = np.stack((reference.counts, current.counts)).astype(np.float64)
    table = table[:, table.sum(axis=0) > 0]
    rows = table.sum(axis=1, keepdims=True)
    expected = rows * table.sum(axis=0) / rows.sum()
    value = float(((table - expected) ** 2 / expected).sum())
    degrees = table.shape[1] - 1
    return ChiSquared(value=value, pvalue=chi_squared_tail(value, degrees=degrees), degrees=degrees)
