"""Predictions of a replay as a stage keeps them, joined with their labels."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.model_card import ModelInterface
from courtside.contracts.scoring import Role
from courtside.core.labels.believed import BELIEVED
from courtside.core.predictions.said_columns import said_columns
from courtside.core.rows.ids import canonical_text, id_columns_of, ids_of
from courtside.core.tasks import BINARY, REGRESSION, Prediction
from courtside.core.training.frame import taken_as
from courtside.workflows.backtest.stream import Stream
from courtside.workflows.backtest.versions import Version
from courtside.workflows.predict.batch import segments_of


@dataclass(frozen=True)
class Served:
    """The rows of a stream as predictions of them are kept."""

    stream: Stream

    @cached_property
    def _rows(self) -> pa.Table:
        """Everything about the rows but who predicted what, in the columns of `BELIEVED`."""
        stream, count = self.stream, self.stream.table.num_rows
        days = pa.array(stream.days).cast(pa.date32())
        named = id_columns_of(stream.dataset)
        ids = ids_of(stream.table, stream.dataset) if named else pa.array([str(place) for place in range(count)])
        columns = {
            "id": ids,
            "time": days.cast(pa.timestamp("us")).cast(BELIEVED.field("time").type),
            "segments": segments_of(stream.table, stream.dataset.segments),
            "day": days,
            "label": canonical_text(stream.written.column(stream.dataset.target)),
            "labelled_on": days,
            "shown": pa.array(np.ones(count, bool)),
        }
        return pa.table(columns)

    def by(self, version: Version, role: Role, places: NDArray[np.int64], said: Prediction, *, as_of: date) -> pa.Table:
        """Return predictions of rows one after the other by a version, in the columns of `BELIEVED`.

        Those of other tasks than of two classes have the columns of their task after them.
        """
        count = places.size
        rows = self._rows.slice(int(places[0]) if count else 0, count)
        own = {"as_of": as_of, "version": version.number, "role": role.value}
        columns = {name: pa.array([value] * count, BELIEVED.field(name).type) for name, value in own.items()}
        beside = self._said(version, said)
        columns["prediction"] = beside.pop("prediction")
        table = pa.table(
            [columns[name] if name in columns else rows.column(name) for name in BELIEVED.names], schema=BELIEVED
        )
        for name, column in beside.items():
            table = table.append_column(name, column)
        return table

    def _said(self, version: Version, said: Prediction) -> dict[str, Any]:
        task, bounds = self.stream.dataset.task, None
        if task == BINARY:
            return {"prediction": pa.array(said)}
        if task == REGRESSION:  # every table has both ends, so that they can be put together
            intervals = version.intervals
            bounds = np.full((said.size, 2), np.nan) if intervals is None else intervals.bounds(said)
        return said_columns(said, self._interface, bounds=bounds)

    @cached_property
    def _interface(self) -> ModelInterface:
        dataset, stream = self.stream.dataset, self.stream
        taken = taken_as(stream.table.schema, dataset)
        return ModelInterface.of(dataset.target, stream.several, taken, task=dataset.task)
