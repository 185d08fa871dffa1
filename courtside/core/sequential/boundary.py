"""How far a running mean may stray from the truth at any of its looks, in standard errors.

The boundary is Robbins' normal mixture (H. Robbins, "Statistical methods related to the law of the iterated
logarithm", Ann. Math. Statist. 41, 1970), on which asymptotic confidence sequences rest (I. Waudby-Smith and others,
"Time-uniform central limit theory and asymptotic confidence sequences", Ann. Statist. 52, 2024, arXiv 2103.06476): a
bet is made on every size of the difference, by a normal weight around 0, and its wealth exceeds 1 / alpha with a
probability of at most alpha, ever. An estimated standard error adds noise, which matters while there are few days. The
bet on Student's t in its place (M. Lindon and others, "Anytime-valid linear models and regression adjusted causal
inference in randomized experiments", arXiv 2210.08589) makes the boundary infinite while there are too few.

One end needs bets in one direction only, whence the 2 and the added root below (S. R. Howard and others, "Time-uniform,
nonparametric, nonasymptotic confidence sequences", Ann. Statist. 49, 2021).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def boundary(left: Floats, freedom: Floats, *, alpha: float) -> Floats:
    """Return how many standard errors one end must be away, each shape (n,).

    `left` is the squared error as a share of its sum with the variance of the weight around 0, which falls as more is
    known; `freedom` are the degrees of freedom of the error. The boundary is infinite where they are too few.

    >>> [round(float(boundary(np.array([10 / (10 + n)]), np.array([n - 1]), alpha=0.05)[0]), 2) for n in (5, 20, 165)]
    [inf, 3.4, 2.85]
    """
    wealth = 1 / (2 * alpha) + np.sqrt(left)
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = np.exp((np.log(left) - 2 * np.log(wealth)) / (freedom + 1))
        squared = freedom * (1 - kept) / (kept - left)
        return np.asarray(np.where((freedom > 0) & (kept > left), np.sqrt(squared), np.inf))
