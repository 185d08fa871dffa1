"""Models that are ready to predict, and the errors if one is not."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import pyarrow as pa

from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.shortening import listed


class ModelUnusable(CourtsideError):
    """A version's model cannot be loaded."""

    def __init__(self, version: str, detail: str) -> None:
        self.version = version
        self.detail = detail
        super().__init__(
            f"the model of version {version} cannot be loaded ({detail}); promote another version, or train again with "
            "`courtside retrain`"
        )


class ChampionReadsOther(BadInput):
    """The champion needs features that a dataset does not have, so it cannot be compared with a challenger."""

    def __init__(self, version: str, lacking: Sequence[str], *, dataset: str | None) -> None:
        self.version = version
        self.lacking = tuple(lacking)
        whose = f", trained on dataset {dataset}" if dataset else ""
        super().__init__(
            f"the champion (version {version}{whose}) reads {listed(lacking)}, which these rows lack, so nothing can "
            "be compared with it; give these features back, train against another tracking server or with "
            "--disable-mlflow, or remove the alias `champion` in MLflow to replace that model unjudged"
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
