"""The rows of one round, by the files that they came from, with what every version's predictions of them share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.archive_schemas import PREDICTIONS
from courtside.core.dataset import Dataset
from courtside.core.rows.ids import canonical_text, ids_of
from courtside.workflows.predict.coming_rows import ComingRows, Unusable

_MOMENT = PREDICTIONS.field("time").type
REPEATED = "an id that another file has too"


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one file; the first of them is row `start` of the round."""

    file: str
    rows: pa.Table
    start: int

    def pieces(self, most: int) -> Iterator["Part"]:
        """Yield the rows in pieces of at most so many, so that no more are predicted at once."""
        for at in range(0, self.rows.num_rows, most):
            yield Part(self.file, self.rows.slice(at, most), self.start + at)


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of a round: `ids`, `times`, `local_days` and `segments` have one value for each, shape (n,)."""

    parts: tuple[Part, ...]
    ids: Any
    times: Any
    local_days: Any
    segments: Any
    unusable: tuple[Unusable, ...]

    @classmethod
    def of(cls, coming: ComingRows, dataset: Dataset) -> "Batch":
        """Return the rows without those whose id several files have; nobody knows which of them is meant."""
        unusable = list(coming.unusable)
        ids = [ids_of(file.table, dataset) for file in coming.files]
        once = _once(ids)
        parts, kept, start = [], [], 0
        for file, own, mask in zip(coming.files, ids, once, strict=True):
            if repeated := own.filter(pc.invert(mask)).to_pylist():
                unusable.append(Unusable(file.name, tuple(repeated), (REPEATED,) * len(repeated)))
            rows = file.table.filter(mask)
            if rows.num_rows:
                parts.append(Part(file.name, rows, start))
                kept.append(own.filter(mask))
                start += rows.num_rows
        return cls(
            tuple(parts),
            pa.concat_arrays(kept) if kept else pa.array([], pa.string()),
            _joined([_times(part.rows, dataset.time_column) for part in parts], _MOMENT),
            _joined([_local_days(part.rows, dataset.time_column) for part in parts], pa.date32()),
            _joined([_segments(part.rows, dataset.segments) for part in parts], PREDICTIONS.field("segments").type),
            tuple(unusable),
        )


def _once(ids: Sequence[Any]) -> list[Any]:
    if len(ids) < 2:
        return [pa.array(np.ones(len(each), bool)) for each in ids]
    counts: Any = pc.value_counts(pa.concat_arrays(ids))
    repeated: Any = pc.greater(counts.field("counts"), pa.scalar(1))
    several = counts.field("values").filter(repeated)
    return [pc.invert(pc.is_in(each, value_set=several)) for each in ids]


def _times(rows: pa.Table, column: str | None) -> Any:
    if column is None:
        return pa.nulls(rows.num_rows, _MOMENT)
    found: Any = rows.column(column).combine_chunks()
    zone = found.type.tz if pa.types.is_timestamp(found.type) else None
    # A day, and a moment without a zone, are taken for one in UTC.
    return found.cast(pa.timestamp("us", tz=zone), safe=False).cast(_MOMENT)


def _local_days(rows: pa.Table, column: str | None) -> Any:
    """Return the days of the rows' times in the zone of their column."""
    if column is None:
        return pa.nulls(rows.num_rows, pa.date32())
    times: Any = rows.column(column).combine_chunks()
    return times.cast(pa.date32(), safe=False)


def _segments(rows: pa.Table, columns: Sequence[str]) -> Any:
    """Return the values of the columns as a map of column to text; null where the table has none of them."""
    there = [name for name in columns if name in rows.column_names]
    if not there:
        return pa.nulls(rows.num_rows, PREDICTIONS.field("segments").type)
    texts: Any = pa.concat_arrays([canonical_text(rows.column(name)) for name in there])
    count = rows.num_rows
    order: Any = (np.arange(count)[:, None] + count * np.arange(len(there))).ravel()
    names: Any = pa.array(there).take(np.tile(np.arange(len(there)), count))
    ends: Any = pa.array(np.arange(count + 1, dtype=np.int32) * len(there))
    return pa.MapArray.from_arrays(ends, names, texts.take(order))


def _joined(arrays: Sequence[Any], kind: pa.DataType) -> Any:
    return pa.concat_arrays([each.cast(kind) for each in arrays]) if arrays else pa.array([], kind)
