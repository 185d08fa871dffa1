"""Segments: the rows with one value of a column, profiled apart, so that a change in one of them is seen."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.buffers import filled, mask
from courtside.core.drift.columns.rounding import Integers
from courtside.core.drift.errors import MissingColumns, ProfileMismatch, WrongType

if TYPE_CHECKING:
    from courtside.core.drift.profiles.profile import Profile

MOST_SEGMENTS = 12
"""Segments of one column: its most frequent values in the reference. Rows of the others count in the whole only."""


@dataclass(frozen=True, eq=False, slots=True)
class Segment:
    """The rows in which `column` has the value `level`, on the grid of the whole table; 1, 1.0 and true are all "1"."""

    column: str
    level: str
    profile: "Profile"

    @property
    def name(self) -> str:
        """The column and its value, as programs name the segment."""
        return f"{self.column}={self.level}"

    def blanked(self) -> "Segment":
        """Return the segment without rows."""
        return replace(self, profile=self.profile.blank())


def counted(segments: Sequence[Segment], batch: pa.RecordBatch) -> tuple[Segment, ...]:
    """Return the segments of one batch; they have no rows if it lacks their column."""
    places = {name: _places(batch, name, segments) for name in {each.column for each in segments}}
    found = []
    for place, segment in enumerate(segments):
        rows = _inside(batch, places[segment.column] == place)
        found.append(replace(segment, profile=segment.profile.counted(rows)) if rows.num_rows else segment.blanked())
    return tuple(found)


def merged(mine: Sequence[Segment], theirs: Sequence[Segment]) -> tuple[Segment, ...]:
    """Add the rows of another part; raises `ProfileMismatch` if the segments differ."""
    if [each.name for each in mine] != [each.name for each in theirs]:
        raise ProfileMismatch("they have different segments")
    return tuple(
        replace(one, profile=one.profile.merge(other.profile)) for one, other in zip(mine, theirs, strict=True)
    )


@dataclass(frozen=True, slots=True)
class SegmentRows:
    """Iterates over a segment's rows of a table; it can be read as often as the table can."""

    batches: arrow.Batches
    segment: Segment

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in arrow.record_batches(self.batches):
            rows = _inside(batch, _places(batch, self.segment.column, [self.segment]) == 0)
            if rows.num_rows:
                yield rows


class LevelSurvey:
    """Counts the values of the columns whose segments are wanted."""

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

    def segments(self, blank: "Profile") -> tuple[Segment, ...]:
        """Return the segments to count, those of most rows first."""
        return tuple(
            Segment(name, level, blank)
            for name, found in self._levels.items()
            for level in sorted(found, key=lambda level: (-found[level], level))[:MOST_SEGMENTS]
        )


def _usable(kind: pa.DataType) -> bool:
    return arrow.is_text(kind) or arrow.is_numeric(kind)


def _inside(batch: pa.RecordBatch, inside: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pa.RecordBatch:
    return batch if inside.all() else batch.filter(mask(inside))


def _places(batch: pa.RecordBatch, column: str, segments: Sequence[Segment]) -> Integers:
    """Return the place of each row's segment of a column, -1 where it belongs to none of them."""
    array = arrow.column(batch, column)
    if array is None or not _usable(array.type):
        return np.full(batch.num_rows, -1)
    place = {each.level: position for position, each in enumerate(segments) if each.column == column}
    label = str if arrow.is_text(array.type) else arrow.number_label
    encoded = array if isinstance(array, pa.DictionaryArray) else _encoded(array)
    of_value = [-1 if value is None else place.get(label(value), -1) for value in encoded.dictionary.to_pylist()]
    found: Integers = np.array([*of_value, -1], np.int64)[filled(encoded.indices, len(of_value))]
    return found


def _encoded(array: arrow.Array) -> Any:
    if pa.types.is_float16(array.type):  # Arrow cannot encode it
        array = array.cast(pa.float32())
    return array.dictionary_encode()
