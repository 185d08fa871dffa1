"""What a replay predicted, with the labels that came, as the archives of predictions and labels; and its judgement."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts import lake_keys, scoring_keys
from courtside.contracts.events import Window
from courtside.core.archive.schema import fitted
from courtside.core.archive_schemas import LABELS, PREDICTIONS
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.core.parquet import parquet_content
from courtside.core.performance.judge import judge
from courtside.core.performance.promise import Promise
from courtside.core.performance.statements import statement_table
from courtside.core.performance.windows import starts_of, window_of, windows_between
from courtside.workflows.archive_log import performance_log, predictions_log
from courtside.workflows.believed import Beliefs
from courtside.workflows.ports import Lake

NOON = time(12)
_WEEK, _DAY = timedelta(days=7), timedelta(days=1)
_SOURCE = "replay"


def noon(day: date) -> datetime:
    """Return the moment at which a round of a day is taken to be."""
    return datetime.combine(day, NOON, UTC)


def archive_served(rows: pa.Table, *, start: date, end: date, dataset: Dataset, lake: Lake) -> None:
    """Write what was predicted in a step of the days from `start` to `end`, not included; again it replaces that.

    `rows` are in `BELIEVED`. Rounds look no further ahead than the contract says, so each week is a round of its own.
    """
    if not rows.num_rows:
        return
    ahead = max(min(dataset.predict.ahead, _WEEK), _DAY)
    weeks = starts_of(rows.column("day").to_numpy().astype("datetime64[D]"), ahead)
    for week in np.unique(weeks):
        as_of = max(start, week.item())
        table = _predictions(rows.filter(pa.array(weeks == week)), as_of)
        lake.write(_file(lake_keys.predictions(dataset.name), as_of), parquet_content(table))
    known: Any = rows.filter(pc.is_valid(rows.column("label")))
    if known.num_rows:
        lake.write(_file(lake_keys.labels(dataset.name), end), parquet_content(_labels(known)))


def archive_statements(said: pa.Table, *, dataset: Dataset, lake: Lake) -> None:
    """Write what was stated about one window; again it replaces that."""
    first = said.slice(0, 1).to_pylist()[0]
    key = scoring_keys.file_of_log(lake_keys.performance(dataset.name), first["window_start"], first["statement"])
    lake.write(key, parquet_content(said))


def archive_tests(tests: pa.Table, *, day: date, dataset: Dataset, lake: Lake) -> None:
    """Write what the promise tests said as of a day; again it replaces that."""
    lake.write(_file(lake_keys.promise_tests(dataset.name), day), parquet_content(tests))


def state_windows(promises: Mapping[str, Promise], *, end: date, dataset: Dataset, lake: Lake) -> None:
    """Judge the windows that no round has judged by the labels that were known before the day `end`, and write that."""
    days, stated = predictions_log(dataset.name, lake=lake).days(), performance_log(dataset.name, lake=lake).days()
    if not days:
        return
    length = dataset.performance.window
    windows = list(windows_between(window_of(min(days), length).start, end - _DAY, length))
    beliefs = Beliefs(lake, dataset, end)
    spans = [Days(each.start, each.end) for each in windows]
    for window, (_, served) in zip(windows, beliefs.windows(spans), strict=True):
        newest: date | None = pc.max(served.column("labelled_on")).as_py()
        if newest is None or window.start in stated:
            continue
        said = _said(served, window, promises, stated_on=max(window.end, newest), task=dataset.task)
        archive_statements(said, dataset=dataset, lake=lake)


def _said(served: pa.Table, window: Window, promises: Mapping[str, Promise], *, stated_on: date, task: str) -> pa.Table:
    judged = judge(served, window, promises=promises, task=task)
    return statement_table(judged, window, stated_on=stated_on, recorded_at=noon(stated_on), statement=1, files=1)


def _predictions(rows: pa.Table, as_of: date) -> pa.Table:
    count = rows.num_rows
    columns: dict[str, Any] = {
        **{name: rows.column(name) for name in ("id", "time", "version", "role", "prediction", "segments")},
        "as_of": [as_of] * count,
        "made_at": [noon(as_of)] * count,
        "sha256": [""] * count,
        "features_hash": [""] * count,
        "revision": [1] * count,
        "contributions": pa.nulls(count, PREDICTIONS.field("contributions").type),
        "in_hindsight": [False] * count,
        "local_day": rows.column("day"),
    }
    return fitted(pa.table(columns), PREDICTIONS)


def _labels(rows: pa.Table) -> pa.Table:
    count, known = rows.num_rows, rows.column("labelled_on")
    columns: dict[str, Any] = {
        "id": rows.column("id"),
        "label": rows.column("label"),
        "known_on": known,
        "recorded_at": known.cast(pa.timestamp("us")).cast(LABELS.field("recorded_at").type),
        "source": [_SOURCE] * count,
        "revision": [1] * count,
    }
    return pa.table(columns).select(LABELS.names).cast(LABELS)


def _file(prefix: str, day: date) -> str:
    return scoring_keys.file_of_log(prefix, day, 1)
