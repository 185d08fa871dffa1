"""LightGBM's classifier in its own flavor that takes rows as people have them; logged models carry a copy of this."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from lightgbm import LGBMClassifier
from numpy.typing import NDArray

from courtside.core.training.served_input import NUMBER, as_trained, likelier


class ServedLGBMClassifier(LGBMClassifier):  # type: ignore[misc] # LightGBM has no types here
    """A classifier of numbers, fitted by LightGBM, that says the target's own values.

    LightGBM itself takes a frame's columns by their position, whatever they are called.
    """

    @classmethod
    def of(cls, fitted: LGBMClassifier, columns: Sequence[str], classes: Sequence[Any]) -> Self:
        """Return a copy of a fitted classifier that takes these columns, by name, and has these classes."""
        served = cls()
        served.__dict__.update(fitted.__dict__)
        served.served_columns_, served.served_classes_ = list(columns), list(classes)
        return served

    def fitted(self) -> LGBMClassifier:
        """Return a copy as LightGBM fitted it."""
        plain = LGBMClassifier()
        kept = {name: value for name, value in self.__dict__.items() if not name.startswith("served_")}
        plain.__dict__.update(kept)
        return plain

    @property
    def classes_(self) -> NDArray[Any]:
        """The target's values for class 0 and class 1."""
        return np.array(self.served_classes_)

    @property
    def served_columns(self) -> list[str]:
        """The columns that it takes as numbers."""
        return list(self.served_columns_)

    def predict(self, rows: Any) -> NDArray[Any]:
        """Return the target's likelier value for each row, shape (n,)."""
        return likelier(self.predict_proba(rows), self.served_classes_)

    def predict_proba(self, rows: Any) -> NDArray[np.floating[Any]]:
        """Return the probabilities of class 0 and class 1, shape (n, 2)."""
        taken = as_trained(rows, dict.fromkeys(self.served_columns_, NUMBER))
        if not len(taken):  # which estimators refuse
            return np.empty((0, 2))
        said: NDArray[np.floating[Any]] = super().predict_proba(taken)
        return said
