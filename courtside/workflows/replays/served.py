"""What a replay predicted, with the labels that came, as the archives of predictions and labels; and its judgement."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts import lake_keys, scoring_keys
from courtside.contracts.events import Window
from courtside.contracts.scoring import Role
from courtside.core.archive_schemas import LABELS, PREDICTIONS
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.core.parquet import parquet_content
from courtside.core.performance.judge import judge
from courtside.core.performance.promise import Promise
from courtside.core.performance.statements import statement_table
from courtside.core.performance.windows import starts_of, window_of, windows_between
from courtside.workflows.archive_log import predictions_log
from courtside.workflows.believed import Beliefs
from courtside.workflows.ports import Lake

_COLUMNS: dict[str, pa.DataType] = {
    "id": pa.string(),
    "day": pa.date32(),
    "version": pa.string(),
    "prediction": pa.float64(),
    "label": pa.string(),
    "known_on": pa.date32(),
}
SERVED = pa.schema(_COLUMNS)
"""Rows that a replay predicted: their own day, the champion's version, its probability, and the label with its day."""
_WEEK, _DAY = timedelta(days=7), timedelta(days=1)
_SOURCE = "replay"


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins."""
    return datetime.combine(day, time(), UTC)


def archive_served(rows: pa.Table, *, start: date, end: date, dataset: Dataset, lake: Lake) -> None:
    """Write what was predicted in a step of the days from `start` to `end`, not included; again it replaces that.

    `rows` are in `SERVED`. Rounds predict no further ahead than the contract says, so each week is a round of its own.
    """
    ahead = max(min(dataset.predict.ahead, _WEEK), _DAY)
    weeks = starts_of(rows.column("day").to_numpy().astype("datetime64[D]"), ahead)
    for week in np.unique(weeks):
        as_of = max(start, week.item())
        table = _predictions(rows.filter(pa.array(weeks == week)), as_of)
        lake.write(_file(lake_keys.predictions(dataset.name), as_of), parquet_content(table))
    known: Any = rows.filter(pc.is_valid(rows.column("label")))
    if known.num_rows:
        lake.write(_file(lake_keys.labels(dataset.name), end), parquet_content(_labels(known)))


def state_windows(promises: Mapping[str, Promise], *, end: date, dataset: Dataset, lake: Lake) -> None:
    """Judge each window of what was predicted by the labels that were known before the day `end`, and write that."""
    days = predictions_log(dataset.name, lake=lake).days()
    if not days:
        return
    length = dataset.performance.window
    windows = list(windows_between(window_of(min(days), length).start, end - _DAY, length))
    beliefs = Beliefs(lake, dataset, end)
    spans = [Days(each.start, each.end) for each in windows]
    for window, (_, served) in zip(windows, beliefs.windows(spans), strict=True):
        newest: date | None = pc.max(served.column("labelled_on")).as_py()
        if newest is None:
            continue
        stated_on = max(window.end, newest)
        said = _said(served, window, promises, stated_on=stated_on, task=dataset.task)
        lake.write(_file(lake_keys.performance(dataset.name), window.start), parquet_content(said))


def _said(served: pa.Table, window: Window, promises: Mapping[str, Promise], *, stated_on: date, task: str) -> pa.Table:
    judged = judge(served, window, promises=promises, task=task)
    return statement_table(judged, window, stated_on=stated_on, recorded_at=midnight(stated_on), statement=1, files=1)


def _predictions(rows: pa.Table, as_of: date) -> pa.Table:
    count = rows.num_rows
    columns: dict[str, Any] = {
        "id": rows.column("id"),
        "time": rows.column("day").cast(pa.timestamp("us")).cast(PREDICTIONS.field("time").type),
        "as_of": [as_of] * count,
        "made_at": [midnight(as_of)] * count,
        "version": rows.column("version"),
        "sha256": [""] * count,
        "role": [Role.CHAMPION.value] * count,
        "prediction": rows.column("prediction"),
        "features_hash": [""] * count,
        "revision": [1] * count,
        "segments": [[]] * count,
        "contributions": pa.nulls(count, PREDICTIONS.field("contributions").type),
        "in_hindsight": [False] * count,
        "local_day": rows.column("day"),
    }
    return pa.table(columns, schema=PREDICTIONS)


def _labels(rows: pa.Table) -> pa.Table:
    count = rows.num_rows
    known = rows.column("known_on")
    columns: dict[str, Any] = {
        "id": rows.column("id"),
        "label": rows.column("label"),
        "known_on": known,
        "recorded_at": known.cast(pa.timestamp("us")).cast(LABELS.field("recorded_at").type),
        "source": [_SOURCE] * count,
        "revision": [1] * count,
    }
    return pa.table(columns, schema=LABELS)


def _file(prefix: str, day: date) -> str:
    return scoring_keys.file_of_log(prefix, day, 1)
