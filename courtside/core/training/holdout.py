"""What a training writes beside its models' predictions, so that the gate can judge them."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset
from courtside.core.evaluation.regression import last_value
from courtside.core.gate.policy import BLOCKS_OF_TIME
from courtside.core.rows.exact_ids import IdsRounded
from courtside.core.rows.ids import id_columns_of, ids_of
from courtside.core.tasks import BINARY, REGRESSION, Prediction, prediction_column, task_of
from courtside.core.training.fit import labels
from courtside.core.training.learning import Learner
from courtside.core.training.split import Split

ID, DAY = "id", "day"


class SegmentMissing(BadInput):
    """The column that a dataset's contract names as its segment is not in its rows."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset.name
        self.column = dataset.segment
        super().__init__(f"dataset {dataset.name}: its rows have no column {dataset.segment}, named as `segment`")


class BlockMissing(BadInput):
    """The column that a dataset's contract names as the gate's blocks is not in its rows."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset.name
        self.column = dataset.block_column
        super().__init__(
            f"dataset {dataset.name}: its rows have no column {dataset.block_column}, named as `gate.block`; name "
            f"another one, or {' or '.join(BLOCKS_OF_TIME)}"
        )


def holdout_columns(train: pa.Table, holdout: pa.Table, dataset: Dataset) -> dict[str, Any]:
    """Return `baseline`, what the target alone predicts, and where the dataset names them `segment` and `block`.

    Segments are strings; a row without one belongs to the segment "missing". Blocks are numbers; a row without one is a
    block of its own. Where rows have ids and times, `id` and `day` tell later trainings which rows these are.
    Raises `SegmentMissing` and `BlockMissing`.
    """
    columns: dict[str, Any] = {"baseline": prediction_column(baseline_of(train, holdout, dataset))}
    if dataset.segment is not None:
        if dataset.segment not in holdout.column_names:
            raise SegmentMissing(dataset)
        columns["segment"] = holdout.column(dataset.segment).cast(pa.string()).fill_null(pa.scalar("missing"))
    if dataset.gate.block is not None:
        columns["block"] = pa.array(blocks_of(holdout, dataset))
    return columns | _which_rows(holdout, dataset)


def blocks_of(rows: pa.Table, dataset: Dataset) -> NDArray[np.int64]:
    """Return the block of each row by its number from 0, shape (n,), for a contract that names blocks.

    Raises `BlockMissing`.
    """
    name = dataset.block_column or dataset.time_column
    if name not in rows.column_names:
        raise BlockMissing(dataset)
    values: Any = rows.column(name)
    if dataset.block_column is None:
        values = values.cast(pa.date32(), safe=False)
        values = values if dataset.gate.block == "day" else pc.floor_temporal(values, unit="week")
    numbers = values.combine_chunks().dictionary_encode().indices
    alone = pa.array(len(values) + np.arange(len(values)))
    known: Any = pc.coalesce(numbers.cast(pa.int64()), alone)
    return np.asarray(np.unique(known.to_numpy(zero_copy_only=False), return_inverse=True)[1], dtype=np.int64)


def _which_rows(holdout: pa.Table, dataset: Dataset) -> dict[str, Any]:
    if dataset.time_column is None or not id_columns_of(dataset):
        return {}
    try:
        ids = ids_of(holdout, dataset)
    except IdsRounded:  # which cannot be told apart
        return {}
    return {ID: ids, DAY: holdout.column(dataset.time_column).cast(pa.date32(), safe=False)}


def what_the_target_alone_reaches(split: Split, dataset: Dataset) -> dict[str, float]:
    """Return what the baseline of the training part's target reaches on the test part, by the name in the record.

    Of two classes that is the `baseline_accuracy` of the majority's class, and else `baseline`, in the metric that the
    task selects by; of values in the order of time, `baseline_last` is what the last one reaches in it.
    """
    task, truth = task_of(dataset.task, dataset.primary_metric), labels(split.test, dataset)
    said = baseline_of(split.train, split.test, dataset)
    if task.name == BINARY:
        return {"baseline_accuracy": task.figure("accuracy").value(truth, said)}
    of = task.figure(task.primary)
    reached = {"baseline": of.value(truth, said)}
    if task.name == REGRESSION and dataset.time_column is not None:
        reached["baseline_last"] = of.value(truth, last_value(labels(split.train, dataset), rows=truth.size))
    return reached


def baseline_of(train: pa.Table, rows: pa.Table, dataset: Dataset) -> Prediction:
    """Return what the training part's target alone predicts for each of `rows`, as the contract's task has it."""
    known, later = labels(train, dataset), labels(rows, dataset)
    learner = Learner.of(dataset.task, known, later)
    return learner.task.baseline(known, rows=rows.num_rows, classes=learner.classes)
