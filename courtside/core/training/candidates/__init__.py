"""The candidates: what a module of this package holds as `CANDIDATE` (classes) and `REGRESSOR` (values) is one.

Nothing else is needed.
"""

from collections.abc import Sequence

from courtside.contracts.discovery import declared_in
from courtside.core.tasks.types import REGRESSION
from courtside.core.training.candidates.candidate import (
    CLASSIFICATION,
    Candidate,
    Classifier,
    Flavor,
    Predictor,
    Preprocessing,
)


class CandidateTwice(ValueError):
    """Two modules give their candidates of one task the same name, so that one's files would replace the other's."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"two candidates are called {name}")


def candidates_in(package: str, path: Sequence[str], *, name: str = "CANDIDATE") -> dict[str, Candidate]:
    """Return what a package's modules hold under `name`, by the candidates' names in their order.

    Raises `CandidateTwice`.
    """
    found = declared_in(package, path, name=name, kind=Candidate)
    registry: dict[str, Candidate] = {}
    for candidate in sorted(found, key=lambda candidate: (candidate.order, candidate.name)):
        if candidate.name in registry:
            raise CandidateTwice(candidate.name)
        registry[candidate.name] = candidate
    return registry


REGISTRY = candidates_in(__name__, __path__)
ALL = tuple(REGISTRY.values())
REGRESSORS = candidates_in(__name__, __path__, name="REGRESSOR")


def candidates_of(task: str) -> dict[str, Candidate]:
    """Return the candidates that can learn a task, by name in their order."""
    of_kind = REGRESSORS if task == REGRESSION else REGISTRY
    return {name: candidate for name, candidate in of_kind.items() if task in candidate.tasks}


__all__ = [
    "ALL",
    "CLASSIFICATION",
    "REGISTRY",
    "REGRESSORS",
    "Candidate",
    "CandidateTwice",
    "Classifier",
    "Flavor",
    "Predictor",
    "Preprocessing",
    "candidates_in",
    "candidates_of",
]
