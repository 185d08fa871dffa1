"""Jensen-Shannon distance."""

import math
from datetime import date

import numpy as np

from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.statistics.shares import AnyColumn, compared_shares, require_comparable
from courtside.core.drift.statistics.statistic import EVERY_KIND, Figure, Statistic


def jensen_shannon(reference: AnyColumn, current: AnyColumn) -> float:
    """Return the square root of the Jensen-Shannon divergence, base 2, over the bins of `psi`.

    Symmetric, in [0, 1], 0 for equal shares; needs no floor for empty bins. Raises `ProfileMismatch` or `EmptyWindow`.

    Source: Lin 1991, IEEE Trans. Inf. Theory 37(1); a metric: Endres & Schindelin 2003, ibid. 49(7).
    """
    require_comparable(reference, current)
    p, q = compared_shares(reference, current)
    middle = (p + q) / 2
    divergence = (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2
    return math.sqrt(min(1.0, max(0.0, divergence)))


def _relative_entropy(p: Floats, q: Floats) -> float:
    occupied = p > 0
    return float((p[occupied] * np.log2(p[occupied] / q[occupied])).sum())


STATISTIC = Statistic(
    name="jensen_shannon",
    kinds=EVERY_KIND,
    compute=lambda reference, current: {"jensen_shannon": jensen_shannon(reference, current)},
    figures=(Figure("jensen_shannon", "Jensen-Shannon"),),
    added=date(2026, 11, 23),
    order=50,
)
