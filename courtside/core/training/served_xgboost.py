"""XGBoost's models in its own format that take rows as people have them; logged models carry a copy of this."""

import json
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from xgboost import XGBClassifier, XGBRegressor

from courtside.core.training.served_classes import likelier, of_every_class
from courtside.core.training.served_input import NUMBER, as_trained
from courtside.core.training.served_values import Intervals, bounds, values_of

_ATTRIBUTE = "served"
"""The attribute of the booster, the only thing that XGBoost's format keeps, that holds columns and what is said."""


class ServedXGBClassifier(XGBClassifier):  # type: ignore[misc] # XGBoost has no types here
    """A classifier of numbers, fitted by XGBoost, that says the target's own values."""

    @classmethod
    def of(
        cls,
        fitted: XGBClassifier,
        columns: Sequence[str],
        classes: Sequence[Any],
        seen: Sequence[int] | None = None,
    ) -> Self:
        """Return a copy of a fitted classifier that takes these columns, by name, and has these classes.

        It learned from those that were `seen` (None: from all).
        """
        served = cls()
        _copy(fitted, served, json.dumps([list(columns), list(classes), *([] if seen is None else [list(seen)])]))
        return served

    def fitted(self) -> XGBClassifier:
        """Return a copy as XGBoost fitted it."""
        plain = XGBClassifier()
        _copy(self, plain, None)
        return plain

    @property
    def classes_(self) -> NDArray[Any]:
        """The target's value for each class."""
        return np.array(_kept(self)[1])

    @property
    def served_columns(self) -> list[str]:
        """The columns that it takes as numbers."""
        return list(_kept(self)[0])

    def predict(self, rows: Any) -> NDArray[Any]:
        """Return the target's likelier value for each row, shape (n,)."""
        return likelier(self.predict_proba(rows), _kept(self)[1])

    def predict_proba(self, rows: Any) -> NDArray[np.floating[Any]]:
        """Return the probability of each class, shape (n, number of classes)."""
        columns, classes, *seen = _kept(self)
        taken = as_trained(rows, dict.fromkeys(columns, NUMBER))
        if not len(taken):  # which estimators refuse
            return np.empty((0, len(classes)))
        return of_every_class(super().predict_proba(taken), len(classes), seen[0] if seen else None)


class ServedXGBRegressor(XGBRegressor):  # type: ignore[misc] # XGBoost has no types here
    """A regressor of numbers, fitted by XGBoost, that takes columns by their names."""

    @classmethod
    def of(cls, fitted: XGBRegressor, columns: Sequence[str], intervals: Intervals | None = None) -> Self:
        """Return a copy of a fitted regressor that takes these columns, by name, and says these intervals."""
        served = cls()
        _copy(fitted, served, json.dumps([list(columns), None if intervals is None else dict(intervals)]))
        return served

    def fitted(self) -> XGBRegressor:
        """Return a copy as XGBoost fitted it."""
        plain = XGBRegressor()
        _copy(self, plain, None)
        return plain

    @property
    def served_columns(self) -> list[str]:
        """The columns that it takes as numbers."""
        return list(_kept(self)[0])

    @property
    def intervals(self) -> Intervals | None:
        """Its intervals, None where it says none."""
        known: Intervals | None = _kept(self)[1]
        return known

    def predict(self, rows: Any) -> NDArray[np.float64]:
        """Return the predicted value of each row, shape (n,)."""
        taken = as_trained(rows, dict.fromkeys(self.served_columns, NUMBER))
        return values_of(super().predict(taken)) if len(taken) else np.empty(0)

    def predict_interval(self, rows: Any) -> NDArray[np.float64]:
        """Return both ends of each row's interval, shape (n, 2); raises `NoIntervals`."""
        return bounds(self.predict(rows), self.intervals)


def _copy(fitted: Any, into: Any, kept: str | None) -> None:
    """Give an estimator everything of a fitted one, and its booster what is served."""
    booster = fitted.get_booster().copy()
    booster.set_attr(**{_ATTRIBUTE: kept})
    into.__dict__.update({**fitted.__dict__, "_Booster": booster})


def _kept(served: Any) -> list[Any]:
    """Return the columns that a served estimator takes, and its classes or intervals."""
    kept: list[Any] = json.loads(served.get_booster().attr(_ATTRIBUTE))
    return kept
