"""Models that predict a number, with its interval, for rows as people have them.

Every logged model carries a copy of this file and loads it where Courtside is not installed, so it imports nothing of
Courtside's but its own input.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin

from courtside.core.training.served_input import as_trained, naming_gaps

Intervals = Mapping[str, Any]
"""The fields of `ConformalIntervals`: a `level`, the `half_widths`, and the `edges` of the predictions between them."""


class NoIntervals(ValueError):
    """A model was trained on too few rows to say how far off its predictions are."""

    def __init__(self) -> None:
        super().__init__(
            "the model says no intervals, because too few rows were left to measure its errors on; train it again with "
            "more rows"
        )


class ServedRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """A fitted regressor that takes rows as people have them.

    `columns` are the names of what it reads and as what it takes each; `intervals` are None where it says none.
    """

    def __init__(self, estimator: Any, columns: Sequence[tuple[str, str]], intervals: Intervals | None = None) -> None:
        self.estimator = estimator
        self.columns = columns
        self.intervals = intervals

    def __sklearn_is_fitted__(self) -> bool:
        """Say that the regressor inside was fitted before."""
        return True

    def predict(self, rows: Any) -> NDArray[np.float64]:
        """Return the predicted value of each row, shape (n,); raises `ValuesMissing`."""
        taken = as_trained(rows, dict(self.columns))
        if not len(taken):  # which estimators refuse
            return np.empty(0)
        with naming_gaps(taken):
            return values_of(self.estimator.predict(taken))

    def predict_interval(self, rows: Any) -> NDArray[np.float64]:
        """Return both ends of each row's interval, shape (n, 2); raises `NoIntervals`."""
        return bounds(self.predict(rows), self.intervals)


def values_of(said: Any) -> NDArray[np.float64]:
    """Return what a regressor said as values, shape (n,)."""
    return np.asarray(said, dtype=np.float64).reshape(-1)


def bounds(values: NDArray[np.float64], intervals: Intervals | None) -> NDArray[np.float64]:
    """Return both ends of the interval of each predicted value, shape (n, 2); raises `NoIntervals`."""
    if intervals is None:
        raise NoIntervals
    place = np.searchsorted(np.asarray(intervals["edges"], dtype=np.float64), values, side="right")
    half = np.asarray(intervals["half_widths"], dtype=np.float64)[place]
    return np.stack([values - half, values + half], axis=1)
