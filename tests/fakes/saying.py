"""Versions that predict several classes or values, from the one number that they read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.model_card import ModelInterface
from courtside.core.training.served_input import NUMBER, as_trained
from courtside.core.training.served_values import bounds
from courtside.workflows.ports import Champion

CLASSES = ModelInterface.of("outcome", ("late", "never", "on time"), {"amount": NUMBER}, task="multiclass")
VALUES = ModelInterface.of("cost", (), {"amount": NUMBER}, task="regression")
WIDTHS = {"level": 0.9, "edges": [50.0], "half_widths": [5.0, 20.0], "rows": 100}


@dataclass(frozen=True)
class Says:
    """A version that says of a row what its amount says: a hundred times as much, or that it is late."""

    version: str
    interface: ModelInterface
    intervals: Mapping[str, Any] | None = None
    fitted: None = None

    def predict(self, rows: pa.Table) -> NDArray[np.float64]:
        amounts = as_trained(rows, self.interface.taken_as)["amount"].to_numpy()
        if self.interface.task == "regression":
            return 100 * amounts
        rest = 1 - amounts
        return np.stack([amounts, rest / 4, rest * 3 / 4], axis=1)

    def probability(self, rows: pa.Table) -> NDArray[np.float64]:
        raise AssertionError(f"a {self.interface.task} version has no probability of class 1 of {rows.num_rows} rows")

    def bounds(self, values: NDArray[np.float64]) -> NDArray[np.float64] | None:
        return None if self.intervals is None else bounds(values, self.intervals)

    def contributions(self, rows: pa.Table) -> None:
        """Explain nothing."""


@dataclass
class SaysOf:
    """Opens every version as one that says the same."""

    interface: ModelInterface
    intervals: Mapping[str, Any] | None = None
    opened_times: int = field(default=0)

    def opened(self, version: str, files: Mapping[str, bytes]) -> Champion:
        self.opened_times += len(files)
        return Says(version, self.interface, self.intervals)
