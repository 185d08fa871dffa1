"""What the plots of a candidate draw, by the task of its contract."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.contracts.curves import AnyCurves
from courtside.core.dataset import Dataset
from courtside.core.intervals import ConformalIntervals
from courtside.core.model_card.facts import curves
from courtside.core.model_card.multiclass import UNSEEN, class_curves
from courtside.core.model_card.regression import Intervals, Segments, value_curves
from courtside.core.tasks import MULTICLASS, REGRESSION, Prediction, Truth
from courtside.core.training.served_classes import of_every_class

NO_SEGMENT = "missing"
"""The segment of rows without a value, as in a holdout."""


def curves_of(
    test: pa.Table,
    truth: Truth,
    said: Prediction,
    *,
    dataset: Dataset,
    classes: Sequence[str] = (),
    seen: Sequence[int] | None = None,
    intervals: ConformalIntervals | None = None,
    calibrated_on: int = 0,
) -> AnyCurves:
    """Return what the plots draw of what was said of the rows of a test part, as the contract's task has it.

    `truth` and the columns of `said` are coded in the order of `classes`, of which the candidate learned from those in
    the places `seen` (None: from all); the last ones may have no column. The first `calibrated_on` rows are those that
    `intervals` were calibrated on.
    """
    if dataset.task == MULTICLASS:
        known = truth if seen is None else np.where(np.isin(truth, seen), truth, UNSEEN)
        wide = of_every_class(said, len(classes), range(said.shape[1]))
        return class_curves(known, wide.astype(np.float64, copy=False), classes)
    if dataset.task == REGRESSION:
        return value_curves(
            truth,
            said,
            days=_days(test, dataset),
            segments=_segments(test, dataset),
            intervals=None if intervals is None else _drawn(intervals, said, calibrated_on),
        )
    return curves(truth, said)


def _days(test: pa.Table, dataset: Dataset) -> Any:
    """Return the day of each row, None where rows have no time."""
    if dataset.time_column is None:
        return None
    return test.column(dataset.time_column).cast(pa.date32(), safe=False).to_numpy().astype("datetime64[D]")


def _segments(test: pa.Table, dataset: Dataset) -> Segments | None:
    if dataset.segment is None:
        return None
    texts: Any = test.column(dataset.segment).cast(pa.string()).fill_null(pa.scalar(NO_SEGMENT))
    return Segments(dataset.segment, np.asarray(texts.to_pylist(), dtype=object))


def _drawn(intervals: ConformalIntervals, said: Prediction, calibrated_on: int) -> Intervals:
    ends = intervals.bounds(said)
    ends[:calibrated_on] = np.nan
    return Intervals(intervals.level, ends[:, 0], ends[:, 1])
