"""LightGBM's models in its own flavor that take rows as people have them; logged models carry a copy of this."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from lightgbm import LGBMClassifier, LGBMModel, LGBMRegressor
from numpy.typing import NDArray

from courtside.core.training.served_classes import likelier, of_every_class
from courtside.core.training.served_input import NUMBER, as_trained
from courtside.core.training.served_values import Intervals, bounds, values_of


class ServedLGBMClassifier(LGBMClassifier):  # type: ignore[misc] # LightGBM has no types here
    """A classifier of numbers, fitted by LightGBM, that says the target's own values.

    LightGBM itself takes a frame's columns by their position, whatever they are called.
    """

    @classmethod
    def of(
        cls,
        fitted: LGBMClassifier,
        columns: Sequence[str],
        classes: Sequence[Any],
        seen: Sequence[int] | None = None,
    ) -> Self:
        """Return a copy of a fitted classifier that takes these columns, by name, and has these classes.

        It learned from those that were `seen` (None: from all).
        """
        served = cls()
        served.__dict__.update(fitted.__dict__)
        served.served_columns_, served.served_classes_ = list(columns), list(classes)
        if seen is not None:
            served.served_seen_ = list(seen)
        return served

    def fitted(self) -> LGBMClassifier:
        """Return a copy as LightGBM fitted it."""
        return _plain(self, LGBMClassifier())

    @property
    def classes_(self) -> NDArray[Any]:
        """The target's value for each class."""
        return np.array(self.served_classes_)

    @property
    def served_columns(self) -> list[str]:
        """The columns that it takes as numbers."""
        return list(self.served_columns_)

    def predict(self, rows: Any) -> NDArray[Any]:
        """Return the target's likelier value for each row, shape (n,)."""
        return likelier(self.predict_proba(rows), self.served_classes_)

    def predict_proba(self, rows: Any) -> NDArray[np.floating[Any]]:
        """Return the probability of each class, shape (n, number of classes)."""
        taken = as_trained(rows, dict.fromkeys(self.served_columns_, NUMBER))
        if not len(taken):  # which estimators refuse
            return np.empty((0, len(self.served_classes_)))
        seen = getattr(self, "served_seen_", None)
        return of_every_class(super().predict_proba(taken), len(self.served_classes_), seen)


class ServedLGBMRegressor(LGBMRegressor):  # type: ignore[misc] # LightGBM has no types here
    """A regressor of numbers, fitted by LightGBM, that takes columns by their names."""

    @classmethod
    def of(cls, fitted: LGBMRegressor, columns: Sequence[str], intervals: Intervals | None = None) -> Self:
        """Return a copy of a fitted regressor that takes these columns, by name, and says these intervals."""
        served = cls()
        served.__dict__.update(fitted.__dict__)
        served.served_columns_, served.served_intervals_ = list(columns), None if intervals is None else dict(intervals)
        return served

    def fitted(self) -> LGBMRegressor:
        """Return a copy as LightGBM fitted it."""
        return _plain(self, LGBMRegressor())

    @property
    def served_columns(self) -> list[str]:
        """The columns that it takes as numbers."""
        return list(self.served_columns_)

    @property
    def intervals(self) -> Intervals | None:
        """Its intervals, None where it says none."""
        known: Intervals | None = self.served_intervals_
        return known

    def predict(self, rows: Any) -> NDArray[np.float64]:
        """Return the predicted value of each row, shape (n,)."""
        taken = as_trained(rows, dict.fromkeys(self.served_columns_, NUMBER))
        return values_of(super().predict(taken)) if len(taken) else np.empty(0)

    def predict_interval(self, rows: Any) -> NDArray[np.float64]:
        """Return both ends of each row's interval, shape (n, 2); raises `NoIntervals`."""
        return bounds(self.predict(rows), self.served_intervals_)


def _plain(served: LGBMModel, plain: Any) -> Any:
    """Return an estimator with everything of a served one but what serving added."""
    kept = {name: value for name, value in served.__dict__.items() if not name.startswith("served_")}
    plain.__dict__.update(kept)
    return plain
