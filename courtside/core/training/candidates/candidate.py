"""What a candidate is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
class Preprocessing:
    """What an estimator needs done to its numbers; categories are one-hot encoded for every candidate."""

    scaled: bool = False
    imputed: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A named estimator: how it is built, from which parameters, and which others a search may try.

    `search_space` lists the values a search may give a parameter; `uses_all_cores` says that fitting spreads over the
    cores by itself, so that nothing else should be fitted beside it; candidates are trained and listed by `order`.
    `package` is the one that a team's own candidate was imported from, which Courtside sets (None: Courtside's own).
    """

    name: str
    flavor: Flavor
    params: Mapping[str, object]
    build: Callable[[Mapping[str, object]], Classifier]
    preprocessing: Preprocessing = Preprocessing()
    search_space: Mapping[str, Sequence[object]] = field(default_factory=dict)
    uses_all_cores: bool = False
    order: int = 100
    package: str | None = None
