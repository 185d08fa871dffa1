"""What a candidate is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, Self


class Classifier(Protocol):
    """The part of scikit-learn's classifier interface that Courtside uses."""

    def fit(self, rows: Any, labels: Any, /) -> Self:
        """Learn from `rows` (n, features) and `labels` (n,)."""
        ...

    def predict(self, rows: Any, /) -> Any:
        """Return the labels, shape (n,)."""
        ...

    def predict_proba(self, rows: Any, /) -> Any:
        """Return class probabilities, shape (n, 2)."""
        ...


class Flavor(StrEnum):
    """The library whose native format stores the model (no pickle of unknown origin is ever loaded)."""

    SKLEARN = "sklearn"
    XGBOOST = "xgboost"
    LIGHTGBM = "lightgbm"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A named estimator with the parameters it is built from."""

    name: str
    flavor: Flavor
    params: Mapping[str, object]
    build: Callable[[Mapping[str, object]], Classifier]
