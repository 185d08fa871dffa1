"""Which columns know the outcome: what a training refuses, found before it."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.core.dataset import FeatureKind
from courtside.core.drift.columns import arrow
from courtside.core.training.leaks import LEAK_AUC, auc_of_levels, auc_of_numbers

TRAINING_SHARE = 0.8
MISSING = "(missing)"


def why_suspect(column: Any, kind: FeatureKind, outcome: NDArray[np.int8]) -> str | None:
    """Say why a column very likely knows the outcome, None where it does not; rows in the order of the training.

    It is judged as a training judges it, on all rows and on those that the training part would be.
    """
    part = round(len(outcome) * TRAINING_SHARE)
    values = _values(column, kind)
    best = max(_auc(values[:rows], outcome[:rows]) for rows in (part, len(outcome)))
    if best <= LEAK_AUC:
        return None
    return f"it alone tells the two classes apart (AUC {best:.4f}), so it very likely knows the outcome"


def _values(column: Any, kind: FeatureKind) -> NDArray[Any]:
    """Return numbers with NaN for what is missing, or texts as objects."""
    if kind is FeatureKind.CATEGORICAL or arrow.is_text(column.type):
        plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        return np.array(pc.fill_null(plain.cast(pa.string()), MISSING).to_pylist(), dtype=object)
    numbers = pc.cast(column, pa.float64(), safe=False).to_numpy()
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _auc(values: NDArray[Any], outcome: NDArray[np.int8]) -> float:
    if values.dtype != object:
        return auc_of_numbers(values, outcome)
    encoded: Any = pa.array(values, pa.string()).dictionary_encode()
    return auc_of_levels(encoded.indices.to_numpy().astype(np.intp), values == MISSING, outcome)
