"""How a champion's predictions of several classes, or of values, met their labels over the newest days."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.curves import ClassCurves, ValueCurves
from courtside.contracts.model_card import ModelCard
from courtside.contracts.scoring import Role
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.core.intervals import LEVEL
from courtside.core.model_card import class_curves, value_curves
from courtside.core.model_card.of_task import NO_SEGMENT
from courtside.core.model_card.regression import Intervals, Segments
from courtside.core.performance.judge import classes_in, counting, where
from courtside.core.performance.promise import Promise
from courtside.core.predictions.said_columns import bounds_in, predictions_in, truth_in
from courtside.core.tasks.types import MULTICLASS
from courtside.workflows.believed import Beliefs
from courtside.workflows.performance.promises import promises_nothing
from courtside.workflows.ports import Lake


def met_labels(
    version: str, card: ModelCard | None, *, dataset: Dataset, lake: Lake, since: date, as_of: date
) -> ClassCurves | ValueCurves | None:
    """Return how the predictions of a champion for rows since a day met the labels that were known on another.

    None where no label of them is known. `card` is that of its training, None for a version without one. Raises
    `LogDamaged`.
    """
    promise = promises_nothing(card, dataset)
    parts = list(_labelled(Beliefs(lake, dataset, as_of), version, promise, Days(since, None)))
    served = pa.concat_tables(parts) if parts else None
    if served is None or not served.num_rows:
        return None
    if dataset.task == MULTICLASS:
        classes = promise.classes or classes_in(served, dataset.task) or ()
        return class_curves(truth_in(served.column("label"), classes), predictions_in(served, classes), classes)
    return _of_values(served, dataset, level=_level(card))


def _labelled(beliefs: Beliefs, version: str, promise: Promise, days: Days) -> Iterator[pa.Table]:
    for part in beliefs.parts(days):
        mine = where(counting(part), role=Role.CHAMPION.value, version=version)
        said: Any = mine.column("prediction").is_valid()
        mine = mine.filter(pc.and_(said, pc.fill_null(promise.tells_apart(mine.column("label")), pa.scalar(False))))
        if mine.num_rows:
            yield mine


def _of_values(served: pa.Table, dataset: Dataset, *, level: float) -> ValueCurves:
    ends = bounds_in(served)
    drawn = Intervals(level, ends[:, 0], ends[:, 1])
    days = served.column("day").to_numpy().astype("datetime64[D]") if dataset.time_column is not None else None
    return value_curves(
        truth_in(served.column("label")),
        predictions_in(served),
        days=days,
        segments=None if dataset.segment is None else Segments(dataset.segment, _segments(served, dataset.segment)),
        intervals=drawn,
    )


def _segments(served: pa.Table, column: str) -> Any:
    found: Any = pc.map_lookup(served.column("segments").combine_chunks(), query_key=column, occurrence="first")
    return np.asarray(pc.fill_null(found, NO_SEGMENT).to_pylist(), dtype=object)


def _level(card: ModelCard | None) -> float:
    """Return the level that a training's intervals state."""
    if card is not None:
        for each in card.candidates:
            if isinstance(each.curves, ValueCurves) and each.curves.intervals is not None:
                return each.curves.intervals.level
    return LEVEL
