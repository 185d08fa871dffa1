"""The builders: every module of this package that holds a `BUILDER` is one, and nothing else is needed."""

from collections.abc import Sequence

from courtside.contracts.discovery import declared_in
from courtside.core.features.builders.builder import Builder


class BuilderTwice(ValueError):
    """Two modules give their builders the same name, so that a contract could mean either."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"two builders are called {name}")


def builders_in(package: str, path: Sequence[str]) -> dict[str, Builder]:
    """Return the builders of a package's modules by name; raises `BuilderTwice`."""
    registry: dict[str, Builder] = {}
    for builder in declared_in(package, path, name="BUILDER", kind=Builder):
        if builder.name in registry:
            raise BuilderTwice(builder.name)
        registry[builder.name] = builder
    return registry


REGISTRY = builders_in(__name__, __path__)

__all__ = ["REGISTRY", "Builder", "BuilderTwice", "builders_in"]
