"""Predictions joined with labels: what was predicted of each row, and what is believed to be true of it.

Tables are given in the order of their logs, by day and number; no clock decides. Of labels the newest counts, of a
version's predictions the newest that was made no later than on the day of the row, or else those of the first day after
it. Of several as of one day the last counts, whoever made it: each version numbers its own revisions.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.contracts.scoring import Role
from courtside.core.archive_schemas import LABELS, PREDICTIONS

READ_OF_PREDICTIONS = ("id", "time", "as_of", "version", "role", "prediction", "segments")
READ_OF_LABELS = ("id", "label", "known_on")

BELIEVED = pa.schema(
    [
        *(PREDICTIONS.field(name).with_nullable(nullable=True) for name in READ_OF_PREDICTIONS),
        pa.field("day", pa.date32()),
        LABELS.field("label"),
        pa.field("labelled_on", pa.date32()),
        pa.field("shown", pa.bool_()),
    ]
)
"""A row that a version predicted in a role, and its label; null where none is known, or where it was taken back.

`time` is the row's newest one and `day` its day in UTC; for rows without a time, the day as of which they were first
predicted. `labelled_on` is the day on which the row first had a label. `shown` marks the champion's prediction that
counts where several versions predicted the row as champions.
"""

Whole = NDArray[np.int64]
_NEVER = 2**30
"""This day comes after every other one."""


def believed(predictions: pa.Table, labels: pa.Table) -> pa.Table:
    """Return the predictions that count in `BELIEVED`, in their order.

    `predictions` has the columns `READ_OF_PREDICTIONS` and may have others, which are kept after those of `BELIEVED`;
    `labels` has `READ_OF_LABELS`.
    """
    of_label, of_row = _row_numbers(labels.column("id"), predictions.column("id"))
    label, labelled_on = _standing(labels, of_label, of_row)
    time, day = _times(predictions, of_row)
    as_of = _as_whole(predictions.column("as_of"))
    due = np.where(time.is_null(), np.where(labelled_on < 0, _NEVER, labelled_on), day)
    rank: Whole = np.where(as_of <= due, as_of + _NEVER, -as_of)
    speaker = _several(of_row, predictions, ["version", "role"])
    champions = np.asarray(pc.equal(predictions.column("role"), pa.scalar(Role.CHAMPION.value)))
    shown = np.zeros(len(of_row), bool)
    shown[champions] = _highest(of_row[champions], rank[champions])
    columns = {
        "time": time,
        "day": pa.array(day.astype(np.int32), pa.int32()).cast(pa.date32()),
        "label": label,
        "labelled_on": pa.array(labelled_on.astype(np.int32), pa.int32(), mask=labelled_on < 0).cast(pa.date32()),
        "shown": pa.array(shown),
    }
    others = [name for name in predictions.column_names if name not in READ_OF_PREDICTIONS]
    joined = pa.table(
        [columns[name] if name in columns else predictions.column(name) for name in (*BELIEVED.names, *others)],
        names=[*BELIEVED.names, *others],
    )
    counting = _highest(speaker, rank)
    return joined if counting.all() else joined.filter(pa.array(counting))


def _row_numbers(labels: Any, predictions: Any) -> tuple[Whole, Whole]:
    """Return for each label and each prediction the number of its row, the same for the same id."""
    encoded: Any = pa.chunked_array([*labels.chunks, *predictions.chunks], pa.string()).dictionary_encode()
    chunks = [chunk.indices.to_numpy(zero_copy_only=False) for chunk in encoded.chunks]
    numbers: Whole = np.concatenate([np.zeros(0, np.int32), *chunks])
    return numbers[: len(labels)], numbers[len(labels) :]


def _standing(labels: pa.Table, of_label: Whole, of_row: Whole) -> tuple[Any, Whole]:
    """Return the label of each prediction's row, and since which day it has one (-1: it has none)."""
    said: Any = labels.column("label").combine_chunks()
    newest = _last(of_label, np.arange(len(of_label)), among=of_row)
    label: Any = said.take(pa.array(newest, mask=newest < 0))
    known = np.flatnonzero(np.asarray(said.is_valid()))[::-1]
    first = _last(of_label[known], known, among=of_row)
    days = np.append(_as_whole(labels.column("known_on")), -1)
    return label, np.where(np.asarray(label.is_valid()), days[first], -1)


def _times(predictions: pa.Table, of_row: Whole) -> tuple[Any, Whole]:
    """Return the newest time of each prediction's row, and its day; without a time, when it was first predicted."""
    places = np.arange(len(of_row))
    times: Any = predictions.column("time").combine_chunks()
    time: Any = times.take(pa.array(_last(of_row, places, among=of_row)))
    first = _last(of_row[::-1], places[::-1], among=of_row)
    as_of = _as_whole(predictions.column("as_of"))
    day = np.asarray(time.cast(pa.date32(), safe=False).cast(pa.int32()).fill_null(0)).astype(np.int64)
    return time, np.where(np.asarray(time.is_null()), as_of[first], day)


def _last(group: Whole, places: Whole, *, among: Whole) -> Whole:
    """Return for each number in `among` the place that `group` gives it last, -1 where it has none."""
    count = 1 + max(group.max(initial=-1), among.max(initial=-1))
    last = np.full(count, -1, np.int64)
    last[group] = places
    return last[among]


def _several(of_row: Whole, predictions: pa.Table, names: list[str]) -> Whole:
    """Return a number for each prediction, the same for those of one row that agree in these columns."""
    for name in names:
        encoded = predictions.column(name).combine_chunks().dictionary_encode()
        of_row = of_row * len(encoded.dictionary) + encoded.indices.to_numpy(zero_copy_only=False)
    return of_row


def _highest(group: Whole, rank: Whole) -> NDArray[np.bool_]:
    """Say which members have the highest rank of their group; of equal ones the last has."""
    highest = np.ones(len(group), bool)
    repeated = np.flatnonzero(np.bincount(group)[group] > 1)
    order = repeated[np.lexsort((rank[repeated], group[repeated]))]
    highest[order[:-1][group[order[:-1]] == group[order[1:]]]] = False
    return highest


def _as_whole(column: Any) -> Whole:
    return np.asarray(column.cast(pa.int32())).astype(np.int64)
