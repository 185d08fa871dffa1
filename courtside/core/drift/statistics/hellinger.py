"""Hellinger distance."""

import math
from datetime import date

import numpy as np

from courtside.core.drift.statistics.shares import AnyColumn, compared_shares, require_comparable
from courtside.core.drift.statistics.statistic import EVERY_KIND, Figure, Statistic


def hellinger(reference: AnyColumn, current: AnyColumn) -> float:
    """Return the root of half the squared distance between the roots of the shares, over the bins of `psi`.

    Symmetric, in [0, 1], 0 for equal shares and 1 for shares that have no bin in common; it needs no floor for empty
    bins. Raises `ProfileMismatch` or `EmptyWindow`.

    Source: Hellinger 1909, J. reine angew. Math. 136; as a distance of distributions: Kakutani 1948, Ann. Math. 49(1).
    """
    require_comparable(reference, current)
    before, after = compared_shares(reference, current)
    gaps = np.sqrt(before) - np.sqrt(after)
    return min(1.0, math.sqrt(float(gaps @ gaps) / 2))


STATISTIC = Statistic(
    name="hellinger",
    kinds=EVERY_KIND,
    compute=lambda reference, current: {"hellinger": hellinger(reference, current)},
    figures=(Figure("hellinger", "Hellinger"),),
    added=date(2026, 11, 28),
    order=70,
)
