"""What a measure is: prepared once on its rows, then a value for every weighting of them.

A bootstrap resample is a weighting (how often each row was drawn), so one definition gives both the figure and its
interval, and nothing is sorted or binned again for each resample.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int8]
Probabilities = NDArray[np.float64]
Weights = NDArray[np.float64]
"""Non-negative, shape (rows, weightings)."""
Values = NDArray[np.float64]
"""Shape (weightings,); NaN where a measure is not defined."""

Weighted = Callable[[Weights], Values]
Measure = Callable[[Labels, Probabilities], Weighted]
Actual = TypeVar("Actual", bound=NDArray[Any])
"""What happened, shape (n,): labels 0/1, codes of classes or targets."""
Said = TypeVar("Said", bound=NDArray[Any])
"""What was predicted of each row, shape (n,) or (n, k)."""


def score(measure: Callable[[Actual, Said], Weighted], actual: Actual, said: Said) -> float:
    """Return the measure of what was said against what happened, each n rows, every row counting once.

    Examples:
        >>> from courtside.core.evaluation import accuracy
        >>> score(accuracy, np.array([0, 1, 1, 0], dtype=np.int8), np.array([0.1, 0.9, 0.4, 0.2]))
        0.75
    """
    return float(measure(actual, said)(np.ones((actual.size, 1)))[0])


def weighted_sums(terms: NDArray[np.float64], weights: Weights) -> NDArray[np.float64]:
    """Return the sum of each of `terms`, shape (k, n), under each weighting; shape (k, weightings)."""
    # This is not `terms @ weights`, because on products this small the threads of a BLAS cost more than they save.
    return np.asarray(np.einsum("kn,nw->kw", terms, weights))


def ratio(top: NDArray[np.generic], bottom: NDArray[np.generic], *, of_nothing: float = np.nan) -> Weighted:
    """Return the weighted sum of `top` over that of `bottom`, each shape (n,); `of_nothing` where the latter is 0."""
    terms = np.stack([top, bottom]).astype(np.float64)

    def weighted(weights: Weights) -> Values:
        above, below = weighted_sums(terms, weights)
        return quotient(above, below, of_nothing=of_nothing)

    return weighted


def quotient(above: Values, below: Values, *, of_nothing: float = np.nan) -> Values:
    """Return `above` over `below`, and `of_nothing` where the latter is 0."""
    result: Values = np.full_like(below, of_nothing)
    np.divide(above, below, out=result, where=below > 0)
    return result


def mean(values: NDArray[np.generic]) -> Weighted:
    """Return the weighted mean of `values`, shape (n,)."""
    return ratio(values, np.ones(values.size))


def of_rows(rows: NDArray[np.bool_], weighted: Weighted) -> Weighted:
    """Return `weighted`, which was prepared on the rows marked True, for weights of all rows."""
    return lambda weights: weighted(weights[rows])
