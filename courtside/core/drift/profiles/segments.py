"""Segments are the rows with one value of a column, profiled separately so that a change in one of them is seen."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.buffers import filled, mask
from courtside.core.drift.columns.rounding import Integers
from courtside.core.drift.errors import MissingColumns, WrongType

MOST_SEGMENTS = 12
"""A column's most frequent values in the reference are its segments; other rows count only in the whole table."""


def parts_of(batch: pa.RecordBatch, segments: Sequence[tuple[str, str]]) -> list[pa.RecordBatch]:
    """Return the rows of each segment, given by column and value; a segment is empty if the batch lacks its column."""
    levels = {name: [level for column, level in segments if column == name] for name, _ in segments}
    places = {name: _places(batch, name, wanted) for name, wanted in levels.items()}
    return [_inside(batch, places[name] == levels[name].index(level)) for name, level in segments]


@dataclass(frozen=True, slots=True)
class SegmentRows:
    """Iterates over the rows of one segment of a table, as often as the table itself can be read."""

    batches: arrow.Batches
    column: str
    level: str

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in arrow.record_batches(self.batches):
            (rows,) = parts_of(batch, [(self.column, self.level)])
            if rows.num_rows:
                yield rows


class LevelSurvey:
    """Counts the values of the columns that have segments."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._levels: dict[str, Counter[str]] = {name: Counter() for name in columns}

    def add(self, batch: pa.RecordBatch) -> None:
        """Read one batch; raises `MissingColumns`, `DuplicateColumns` or `WrongType`."""
        for name, levels in self._levels.items():
            array = arrow.column(batch, name)
            if array is None:
                raise MissingColumns([name], batch.schema.names, part="segments")
            if array.null_count == len(array):
                continue
            if not _usable(array.type):
                raise WrongType(
                    name,
                    found=arrow.type_name(array.type),
                    expected="text, a number or a boolean",
                    advice="name another column under `segments` in the dataset",
                )
            levels.update(arrow.labels(array)[0])

    def segments(self) -> list[tuple[str, str]]:
        """Return the segments to count as pairs of column and value, with the largest segments of a column first."""
        return [
            (name, level)
            for name, found in self._levels.items()
            for level in sorted(found, key=lambda level: (-found[level], level))[:MOST_SEGMENTS]
        ]


def _usable(kind: pa.DataType) -> bool:
    return arrow.is_text(kind) or arrow.is_numeric(kind)


def _inside(batch: pa.RecordBatch, inside: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pa.RecordBatch:
    return batch if inside.all() else batch.filter(mask(inside))


def _places(batch: pa.RecordBatch, column: str, levels: Sequence[str]) -> Integers:
    """Return the position of each row's value among `levels`, or -1 if it is none of them."""
    array = arrow.column(batch, column)
    if array is None or not _usable(array.type):
        return np.full(batch.num_rows, -1)
    place = {level: position for position, level in enumerate(levels)}
    label = str if arrow.is_text(array.type) else arrow.number_label
    encoded = array if isinstance(array, pa.DictionaryArray) else _encoded(array)
    of_value = [-1 if value is None else place.get(label(value), -1) for value in encoded.dictionary.to_pylist()]
    found: Integers = np.array([*of_value, -1], np.int64)[filled(encoded.indices, len(of_value))]
    return found


def _encoded(array: arrow.Array) -> Any:
    if pa.types.is_float16(array.type):  # Arrow cannot dictionary-encode this type
        array = array.cast(pa.float32())
    return array.dictionary_encode()
