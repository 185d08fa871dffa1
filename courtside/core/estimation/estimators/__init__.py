"""The estimators: every module of this package that holds an `ESTIMATOR` is one, and nothing else is needed."""

from collections.abc import Sequence

from courtside.contracts.discovery import declared_in
from courtside.core.estimation.estimator import Estimator


class EstimatorTwice(ValueError):
    """Two modules give their estimators the same name, so that one's figures would pass for the other's."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"two estimators are called {name}")


def estimators_in(package: str, path: Sequence[str]) -> dict[str, Estimator]:
    """Return the estimators of a package's modules by name, in their order; raises `EstimatorTwice`."""
    found = declared_in(package, path, name="ESTIMATOR", kind=Estimator)
    registry: dict[str, Estimator] = {}
    for estimator in sorted(found, key=lambda each: (each.order, each.name)):
        if estimator.name in registry:
            raise EstimatorTwice(estimator.name)
        registry[estimator.name] = estimator
    return registry


REGISTRY = estimators_in(__name__, __path__)


def estimators_of(task: str) -> tuple[Estimator, ...]:
    """Return the estimators that know a task, in their order."""
    return tuple(each for each in REGISTRY.values() if task in each.tasks)
