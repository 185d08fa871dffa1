"""A stream: rows with labels in the order of their times, as a stage would have received them."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import BadInput
from courtside.core.backtest.changes import KnownChange
from courtside.core.dataset import Dataset
from courtside.core.rows import require_times, time_column_of
from courtside.core.rows.order import row_order
from courtside.core.tasks import MULTICLASS, Target, Truth, Value, task_of
from courtside.core.training.frame import feature_frame, labels
from courtside.core.training.learning import Learner
from courtside.workflows.freeze import inferred_of, resolved
from courtside.workflows.rows import TrainingFeatures, training_features

PLACE = "courtside_place"
"""The column that says where in the stream a row stands, which tells rows apart whatever ids they have."""


class PlaceColumnTaken(BadInput):
    """A table has a column of the name by which a backtest tells rows apart."""

    def __init__(self, dataset: str) -> None:
        super().__init__(f"the table of {dataset} has a column {PLACE}, which a backtest makes itself; rename it")


@dataclass(frozen=True)
class Stream:
    """Rows with a label in the order of their times; `changes` are those of its concept that are known.

    `table` has the target as its task codes it, `written` as the rows have it, and both have the column `PLACE`. No
    `changes` (None) means that nobody knows them, and an empty tuple that there were none.
    """

    dataset: Dataset
    table: pa.Table
    written: pa.Table
    classes: Target
    changes: tuple[KnownChange, ...] | None = None

    @classmethod
    def of(cls, rows: pa.Table, dataset: Dataset, *, changes: tuple[KnownChange, ...] | None = None) -> "Stream":
        """Build the features of rows, which are games or a table of features, as the contract says.

        Raises `TimeColumnNeeded`, `TimesMissing`, `PlaceColumnTaken`, and what `training_features` raises.
        """
        time_column = time_column_of(dataset, asked="a backtest")
        if PLACE in rows.column_names:
            raise PlaceColumnTaken(dataset.name)
        found = training_features(rows, dataset=dataset)
        require_times(found.table, time_column)
        dataset = resolved(dataset, inferred_of(found, dataset))
        order: Any = pa.compute.sort_indices(found.table, sort_keys=row_order(found.table, dataset))
        place = pa.array(np.arange(found.table.num_rows))
        table, written = (each.take(order).append_column(PLACE, place) for each in (found.table, found.written))
        return cls(dataset, table, written, found.classes, changes)

    @cached_property
    def days(self) -> NDArray[np.datetime64]:
        """The day of each row, shape (n,), which never falls."""
        column = self.table.column(time_column_of(self.dataset, asked="a backtest"))
        return np.asarray(column.cast(pa.date32(), safe=False).to_numpy(), dtype="datetime64[D]")

    @cached_property
    def labels(self) -> Truth:
        """The label of each row as its task codes it, shape (n,)."""
        return labels(self.table, self.dataset)

    @property
    def several(self) -> tuple[Value, ...]:
        """The classes that codes stand for where there are several, whenever they come; none for other tasks."""
        return tuple(self.classes.classes) if self.dataset.task == MULTICLASS else ()

    @cached_property
    def learner(self) -> Learner:
        """What asks models in the terms of this target."""
        return Learner(task_of(self.dataset.task), len(self.several))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The features of each row as models take them."""
        return feature_frame(self.table, self.dataset)

    def position(self, day: date) -> int:
        """Return how many rows come before a day."""
        return int(np.searchsorted(self.days, np.datetime64(day, "D")))

    def before(self, day: date) -> TrainingFeatures:
        """Return the rows before a day, as a training reads them."""
        end = self.position(day)
        return TrainingFeatures(self.table.slice(0, end), self.written.slice(0, end), self.classes, 0)
