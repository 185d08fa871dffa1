"""What a training writes beside its models' predictions, so that the gate can judge them."""

from typing import Any

import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset
from courtside.core.evaluation import accuracy, majority_baseline, score
from courtside.core.rows.exact_ids import IdsRounded
from courtside.core.rows.ids import id_columns_of, ids_of
from courtside.core.training.fit import labels
from courtside.core.training.split import Split

ID, DAY = "id", "day"


class SegmentMissing(BadInput):
    """The column that a dataset's contract names as its segment is not in its rows."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset.name
        self.column = dataset.segment
        super().__init__(f"dataset {dataset.name}: its rows have no column {dataset.segment}, named as `segment`")


def holdout_columns(train: pa.Table, holdout: pa.Table, dataset: Dataset) -> dict[str, Any]:
    """Return `baseline` (the share of class 1 in the training part) and, where the dataset names one, `segment`.

    Segments are strings; a row without one belongs to the segment "missing". Where rows have ids and times, `id` and
    `day` tell later trainings which rows these are. Raises `SegmentMissing`.
    """
    columns: dict[str, Any] = {"baseline": majority_baseline(labels(train, dataset), rows=holdout.num_rows)}
    if dataset.segment is not None:
        if dataset.segment not in holdout.column_names:
            raise SegmentMissing(dataset)
        columns["segment"] = holdout.column(dataset.segment).cast(pa.string()).fill_null(pa.scalar("missing"))
    return columns | _which_rows(holdout, dataset)


def _which_rows(holdout: pa.Table, dataset: Dataset) -> dict[str, Any]:
    if dataset.time_column is None or not id_columns_of(dataset):
        return {}
    try:
        ids = ids_of(holdout, dataset)
    except IdsRounded:  # which cannot be told apart
        return {}
    return {ID: ids, DAY: holdout.column(dataset.time_column).cast(pa.date32(), safe=False)}


def baseline_accuracy(split: Split, dataset: Dataset) -> float:
    """Return the accuracy, on the test part, of always predicting the training part's majority class."""
    baseline = majority_baseline(labels(split.train, dataset), rows=split.test.num_rows)
    return score(accuracy, labels(split.test, dataset), baseline)
