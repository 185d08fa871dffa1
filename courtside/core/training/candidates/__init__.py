"""The candidates: every module of this package that holds a `CANDIDATE` is one, and nothing else is needed."""

from collections.abc import Sequence

from courtside.contracts.discovery import declared_in
from courtside.core.training.candidates.candidate import Candidate, Classifier, Flavor, Preprocessing


class CandidateTwice(ValueError):
    """Two modules give their candidates the same name, so that one's files would replace the other's."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"two candidates are called {name}")


def candidates_in(package: str, path: Sequence[str]) -> dict[str, Candidate]:
    """Return the candidates of a package's modules by name, in their order; raises `CandidateTwice`."""
    found = declared_in(package, path, name="CANDIDATE", kind=Candidate)
    registry: dict[str, Candidate] = {}
    for candidate in sorted(found, key=lambda candidate: (candidate.order, candidate.name)):
        if candidate.name in registry:
            raise CandidateTwice(candidate.name)
        registry[candidate.name] = candidate
    return registry


REGISTRY = candidates_in(__name__, __path__)
ALL = tuple(REGISTRY.values())


__all__ = [
    "ALL",
    "REGISTRY",
    "Candidate",
    "CandidateTwice",
    "Classifier",
    "Flavor",
    "Preprocessing",
    "candidates_in",
]
