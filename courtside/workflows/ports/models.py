"""Models that are ready to predict, and the error if one is not."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import pyarrow as pa

from courtside.contracts.errors import CourtsideError


class ModelUnusable(CourtsideError):
    """A version's model cannot be loaded."""

    def __init__(self, version: str, detail: str) -> None:
        self.version = version
        self.detail = detail
        super().__init__(
            f"the model of version {version} cannot be loaded ({detail}); promote another version, or train again with "
            "`courtside retrain`"
        )


class Champion(Protocol):
    """A version, ready to predict."""

    @property
    def version(self) -> str:
        """Its version in the registry."""
        ...

    def probability(self, features: pa.Table) -> Sequence[float]:
        """Return the probability of class 1 for each row."""
        ...


class Models(Protocol):
    """Models from their files."""

    def opened(self, version: str, files: Mapping[str, bytes]) -> Champion:
        """Load a version's model from its files by path; needs no server. Raises `ModelUnusable`."""
        ...
