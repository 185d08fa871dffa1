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
from courtside.core.tasks import BINARY, REGRESSION, OneClassOnly, TargetConstant, Truth, task_of
from courtside.core.training.leaks import alone
from courtside.core.training.split import TooFewRows, split_rows

MISSING = "(missing)"


def refused(labelled: pa.Table, dataset: Dataset) -> dict[str, Guess]:
    """Return the features that a training on these rows would refuse, as what they are instead.

    `labelled` holds the target as its task codes it in every row. A table that cannot be split is judged on all rows.
    """
    try:
        rows = split_rows(labelled, dataset=dataset).train
    except (TooFewRows, OneClassOnly, TargetConstant):
        rows = labelled.sort_by(row_order(labelled, dataset))
    outcome = rows.column(dataset.target).to_numpy().astype(task_of(dataset.task).dtype)
    found = [_judged(feature, rows.column(feature.name), outcome, dataset.task) for feature in dataset.features]
    return {guess.column: guess for guess in found if guess is not None}


def _judged(feature: Feature, column: Any, outcome: Truth, task: str) -> Guess | None:
    values = _values(column, feature.kind)
    missing = np.asarray(values == MISSING) if values.dtype == object else np.isnan(values)
    if missing.all():
        return Guess(feature.name, Part.LEFT_OUT, "it has no value in any row that models would learn from")
    found = alone(values, missing, outcome, task)
    if not found.leaks:
        return None
    does = {BINARY: "tells the two classes apart", REGRESSION: "orders the values"}.get(task, "tells the classes apart")
    why = f"it alone {does} ({found.measure} {found.value:.4f}), so it very likely knows the outcome"
    return Guess(feature.name, Part.SUSPECT, why, feature.kind)


def _values(column: Any, kind: FeatureKind) -> NDArray[Any]:
    """Return numbers with NaN for what is missing, or texts as objects."""
    if kind is FeatureKind.CATEGORICAL or arrow.is_text(column.type):
        plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        return np.array(pc.fill_null(plain.cast(pa.string()), MISSING).to_pylist(), dtype=object)
    numbers = pc.cast(column, pa.float64(), safe=False).to_numpy()
    return np.where(np.isfinite(numbers), numbers, np.nan)
