"""Models that are ready to predict, and the error if one is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import CourtsideError
from courtside.contracts.shortening import listed

if TYPE_CHECKING:
    from courtside.contracts.model_card import ModelInterface
    from courtside.core.predictions.contributions import Contributions
    from courtside.core.training.candidates import Classifier


class ModelUnusable(CourtsideError):
    """A version's model cannot be loaded; `model` is the stage's model that it is a version of, once that is known."""

    def __init__(self, version: str, detail: str) -> None:
        self.version = version
        self.detail = detail
        self.model: str | None = None
        super().__init__(self._said())

    def of(self, model: str) -> Self:
        """Return the error with the model in its words."""
        self.model = model
        self.args = (self._said(),)
        return self

    def _said(self) -> str:
        again = f" with `courtside retrain --model {self.model}`" if self.model else ""
        return (
            f"the model of version {self.version} cannot be loaded ({self.detail}); promote another version, or train "
            f"again{again}"
        )


class ModelNotTrusted(ModelUnusable):
    """A version's model holds types of a package that this process does not trust, so nothing of it was loaded."""

    def __init__(self, version: str, types: Sequence[str]) -> None:
        self.types = tuple(types)
        super().__init__(
            version,
            f"it holds {listed(types)}, whose package is not trusted here: the training image trusts the stage's "
            "`training_packages`, a command the packages that its option `--trust-package` names",
        )


class Champion(Protocol):
    """A version, ready to predict."""

    @property
    def version(self) -> str:
        """Its version in the registry."""
        ...

    @property
    def interface(self) -> ModelInterface | None:
        """What it reads and says, None where it was not logged by Courtside."""
        ...

    @property
    def fitted(self) -> Classifier | None:
        """The model as it was fitted, without any calibration; None where Courtside did not log it."""
        ...

    def probability(self, rows: pa.Table) -> NDArray[np.float64]:
        """Return the probability of class 1 for each row of a table that holds what it reads, shape (n,)."""
        ...

    def predict(self, rows: pa.Table) -> NDArray[np.float64]:
        """Return what its task predicts of each row.

        That is the probability of class 1, shape (n,), of every class, shape (n, k), or the value, shape (n,).
        """
        ...

    def bounds(self, values: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return both ends of the interval of each predicted value, shape (n, 2), None where it says none."""
        ...

    def contributions(self, rows: pa.Table) -> Contributions | None:
        """Return what each feature contributed to each row's prediction, None where its library cannot say exactly."""
        ...


class Models(Protocol):
    """Models from their files."""

    def opened(self, version: str, files: Mapping[str, bytes]) -> Champion:
        """Load a version's model from its files by path; needs no server. Raises `ModelUnusable`."""
        ...
