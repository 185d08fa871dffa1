"""What an estimator of performance before labels is, what it is given and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import BadInput

Numbers = NDArray[np.float64]
BINARY, MULTICLASS, REGRESSION = "binary", "multiclass", "regression"


class RowsUnfit(BadInput):
    """Labels, predictions and features do not belong together, or cannot be those of the task."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"no performance can be estimated from these rows: {problem}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Rows that wait for their labels: `predictions` and, for the estimators that use them, `features`.

    Predictions of the task `binary` are probabilities of class 1, shape (n,); of `multiclass` probabilities of each
    class, shape (n, k); of `regression` values, shape (n,). `features` has n rows and the columns of the model's
    features; numbers count as numbers, and everything else as categories. Raises `RowsUnfit`.
    """

    predictions: Numbers
    task: str = BINARY
    features: pa.Table | None = None

    def __post_init__(self) -> None:
        dimensions = 2 if self.task == MULTICLASS else 1
        if self.predictions.ndim != dimensions:
            raise RowsUnfit(
                f"predictions of the task {self.task} have {dimensions} dimensions, these {self.predictions.ndim}"
            )
        if wrong := int((~_possible(self.predictions, self.task)).sum()):
            raise RowsUnfit(f"{wrong:,} of {self.predictions.size:,} predictions are not {_NAMES[self.task]}")
        if self.features is not None and self.features.num_rows != self.rows:
            raise RowsUnfit(f"there are {self.rows:,} predictions, but features of {self.features.num_rows:,} rows")

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.predictions.shape[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Window):
    """Rows whose labels are known, which an estimator learns from: the champion's holdout.

    `labels` has shape (n,): 0 or 1; the number of the class, from 0, in the order of the predictions' columns; or the
    values. Raises `RowsUnfit`.
    """

    labels: NDArray[Any]

    def __post_init__(self) -> None:
        Window.__post_init__(self)
        if self.labels.shape != (self.rows,):
            raise RowsUnfit(f"there are {self.rows:,} predictions, but {self.labels.size:,} labels")
        classes = self.predictions.shape[1] if self.task == MULTICLASS else 2
        fits = np.isfinite(self.labels) if self.task == REGRESSION else np.isin(self.labels, np.arange(classes))
        if wrong := int((~fits).sum()):
            raise RowsUnfit(f"{wrong:,} of {self.labels.size:,} labels are none of the task {self.task}")


_NAMES = {BINARY: "probabilities", MULTICLASS: "probabilities", REGRESSION: "finite numbers"}


def _possible(predictions: Numbers, task: str) -> NDArray[np.bool_]:
    if task == REGRESSION:
        return np.isfinite(predictions)
    return np.asarray((predictions >= 0) & (predictions <= 1))


class Reason(StrEnum):
    """Why an estimator says nothing about a window."""

    NO_HOLDOUT = "no_holdout"
    NO_ROWS = "no_rows"
    FEW_LABELS = "few_labels"
    NO_FEATURES = "no_features"
    OUTSIDE_PREDICTIONS = "outside_predictions"
    OUTSIDE_FEATURES = "outside_features"
    FEW_EFFECTIVE_ROWS = "few_effective_rows"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no estimate: the reason's name, a plain sentence with the figures, and the figures by name."""

    reason: Reason
    sentence: str
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estimated:
    """The estimated figures of a window by metric; none where `refused` says why.

    A metric that the rows do not define is left out.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    refused: Refusal | None = None


Fitted = Callable[[Window], Estimated]


@dataclass(frozen=True, slots=True)
class Estimator:
    """A way to say how well a model does before labels come.

    `fit` learns from a reference and returns what estimates any number of windows; both are deterministic.
    `assumption` is what must be true for the estimate to be right, as a sentence to show beside it; `title` is the
    method's name in sentences. Estimators are listed by `order`.
    """

    name: str
    title: str
    order: int
    tasks: frozenset[str]
    assumption: str
    fit: Callable[[Reference], Fitted]
    needs_features: bool = False
