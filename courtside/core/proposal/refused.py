"""Which columns a training would refuse as features, found before it: those that know the outcome, or nothing."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.drift.columns import arrow
from courtside.core.proposal.guess import Guess, Part
from courtside.core.rows.order import row_order
from courtside.core.tasks import OneClassOnly
from courtside.core.training.leaks import LEAK_AUC, auc_of_levels, auc_of_numbers
from courtside.core.training.split import TooFewRows, split_rows

MISSING = "(missing)"


def refused(labelled: pa.Table, dataset: Dataset) -> dict[str, Guess]:
    """Return the features that a training on these rows would refuse, as what they are instead.

    `labelled` holds the target as int8 0/1 in every row. A table that cannot be split is judged on all of its rows.
    """
    try:
        rows = split_rows(labelled, dataset=dataset).train
    except (TooFewRows, OneClassOnly):
        rows = labelled.sort_by(row_order(labelled, dataset))
    outcome = rows.column(dataset.target).to_numpy()
    found = [_judged(feature, rows.column(feature.name), outcome) for feature in dataset.features]
    return {guess.column: guess for guess in found if guess is not None}


def _judged(feature: Feature, column: Any, outcome: NDArray[np.int8]) -> Guess | None:
    values = _values(column, feature.kind)
    if (values == MISSING if values.dtype == object else np.isnan(values)).all():
        return Guess(feature.name, Part.LEFT_OUT, "it has no value in any row that models would learn from")
    auc = _auc(values, outcome)
    if auc <= LEAK_AUC:
        return None
    why = f"it alone tells the two classes apart (AUC {auc:.4f}), so it very likely knows the outcome"
    return Guess(feature.name, Part.SUSPECT, why, feature.kind)


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
