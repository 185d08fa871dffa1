"""What a candidate is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, Self

from courtside.core.tasks.types import BINARY, MULTICLASS

CLASSIFICATION = frozenset({BINARY, MULTICLASS})


class Predictor(Protocol):
    """The part of scikit-learn's interface of estimators that Courtside uses."""

    def fit(self, rows: Any, labels: Any, /) -> Self:
        """Learn from `rows` (n, features) and `labels` (n,)."""
        ...

    def predict(self, rows: Any, /) -> Any:
        """Return the labels, or the values of a regressor, shape (n,)."""
        ...


class Classifier(Predictor, Protocol):
    """An estimator that learns classes."""

    def predict_proba(self, rows: Any, /) -> Any:
        """Return class probabilities, shape (n, classes)."""
        ...


class Flavor(StrEnum):
    """The library whose native format stores the model (no pickle of unknown origin is ever loaded)."""

    SKLEARN = "sklearn"
    XGBOOST = "xgboost"
    LIGHTGBM = "lightgbm"


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """What an estimator needs done to its numbers; categories are one-hot encoded for every candidate."""

    scaled: bool = False
    imputed: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A named estimator: how it is built, from which parameters, and which others a search may try.

    `search_space` lists the values a search may give a parameter; `uses_all_cores` says that fitting spreads over the
    cores by itself, so that nothing else should be fitted beside it; candidates are trained and listed by `order`.
    `tasks` are those that its estimator can learn.
    `package` is the one that a team's own candidate was imported from, which Courtside sets (None: Courtside's own).
    """

    name: str
    flavor: Flavor
    params: Mapping[str, object]
    build: Callable[[Mapping[str, object]], Predictor]
    preprocessing: Preprocessing = Preprocessing()
    search_space: Mapping[str, Sequence[object]] = field(default_factory=dict)
    uses_all_cores: bool = False
    order: int = 100
    tasks: frozenset[str] = CLASSIFICATION
    package: str | None = None
