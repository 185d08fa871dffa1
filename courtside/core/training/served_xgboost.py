"""XGBoost's classifier in its own format that takes rows as people have them; logged models carry a copy of this."""

import json
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from xgboost import XGBClassifier

from courtside.core.training.served_input import NUMBER, as_trained, likelier

_ATTRIBUTE = "served"
"""The attribute of the booster, the only thing that XGBoost's format keeps, that holds columns and classes."""


class ServedXGBClassifier(XGBClassifier):  # type: ignore[misc] # XGBoost has no types here
    """A classifier of numbers, fitted by XGBoost, that says the target's own values."""

    @classmethod
    def of(cls, fitted: XGBClassifier, columns: Sequence[str], classes: Sequence[Any]) -> Self:
        """Return a copy of a fitted classifier that takes these columns, by name, and has these classes."""
        served = cls()
        served.__dict__.update(fitted.__dict__)
        served._Booster = fitted.get_booster().copy()
        served._Booster.set_attr(**{_ATTRIBUTE: json.dumps([list(columns), list(classes)])})
        return served

    def fitted(self) -> XGBClassifier:
        """Return a copy as XGBoost fitted it."""
        booster = self.get_booster().copy()
        booster.set_attr(**{_ATTRIBUTE: None})
        plain = XGBClassifier()
        plain.__dict__.update({**self.__dict__, "_Booster": booster})
        return plain

    @property
    def classes_(self) -> NDArray[Any]:
        """The target's values for class 0 and class 1."""
        return np.array(self._served[1])

    @property
    def served_columns(self) -> list[str]:
        """The columns that it takes as numbers."""
        return list(self._served[0])

    def predict(self, rows: Any) -> NDArray[Any]:
        """Return the target's likelier value for each row, shape (n,)."""
        return likelier(self.predict_proba(rows), self._served[1])

    def predict_proba(self, rows: Any) -> NDArray[np.floating[Any]]:
        """Return the probabilities of class 0 and class 1, shape (n, 2)."""
        taken = as_trained(rows, dict.fromkeys(self._served[0], NUMBER))
        if not len(taken):  # which estimators refuse
            return np.empty((0, 2))
        said: NDArray[np.floating[Any]] = super().predict_proba(taken)
        return said

    @property
    def _served(self) -> list[list[Any]]:
        kept: list[list[Any]] = json.loads(self.get_booster().attr(_ATTRIBUTE))
        return kept
