"""Rows of a round that are looked at together: which they are, and what every version's predictions of them share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.core.archive_schemas import PREDICTIONS
from courtside.core.dataset import Dataset
from courtside.core.rows.ids import canonical_text

_MOMENT = PREDICTIONS.field("time").type
ID, FILE = "\0id", "\0file"
"""Columns that rows are gathered with: their ids as text, and the numbers of their files; no table has such names."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows with the same columns; the first of them is row `start` of the batch."""

    rows: pa.Table
    start: int

    def cut(self, most: int) -> Iterator["Piece"]:
        """Yield the rows in pieces of at most so many, so that no more are predicted at once."""
        for at in range(0, self.rows.num_rows, most):
            yield Piece(self.rows.slice(at, most), self.start + at)


@dataclass(frozen=True, slots=True)
class Rows:
    """What is kept of rows whoever predicts them; each field has one value for each row, shape (n,).

    `files` are the numbers of the files that they came from.
    """

    ids: Any
    files: NDArray[np.int32]
    times: Any
    local_days: Any
    segments: Any

    def take(self, places: NDArray[np.int64]) -> "Rows":
        """Return the rows at these places."""
        at = pa.array(places, pa.int64())
        ids, times, days, segments = (each.take(at) for each in (self.ids, self.times, self.local_days, self.segments))
        return Rows(ids, self.files[places], times, days, segments)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of a round that are looked at together.

    `repeated` are ids that several files have, each with the number of one of them.
    """

    pieces: tuple[Piece, ...]
    rows: Rows
    repeated: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, tables: Sequence[pa.Table], dataset: Dataset) -> "Batch":
        """Return the rows of tables with `ID` and `FILE`, without those whose id several files have.

        Nobody knows which of them is meant.
        """
        known = [each.column(ID).combine_chunks() for each in tables]
        files = [each.column(FILE).to_numpy() for each in tables]
        pieces, kept, start = list[Piece](), list[pa.Table](), 0
        repeated = list[tuple[int, str]]()
        for table, own, of_file, mask in zip(tables, known, files, _once(known, files), strict=True):
            repeated += zip(of_file[~mask].tolist(), map(str, own.filter(pa.array(~mask)).to_pylist()), strict=True)
            rows = table if mask.all() else table.filter(pa.array(mask))
            if rows.num_rows:
                kept.append(rows)
                pieces.append(Piece(rows.drop_columns([ID, FILE]), start))
                start += rows.num_rows
        return cls(tuple(pieces), _rows(kept, dataset), tuple(repeated))


def _rows(tables: Sequence[pa.Table], dataset: Dataset) -> Rows:
    time = dataset.time_column
    return Rows(
        _joined([each.column(ID).combine_chunks() for each in tables], pa.string()),
        np.concatenate([np.zeros(0, np.int32), *(each.column(FILE).to_numpy() for each in tables)]),
        _joined([_times(each, time) for each in tables], _MOMENT),
        _joined([_local_days(each, time) for each in tables], pa.date32()),
        _joined([segments_of(each, dataset.segments) for each in tables], PREDICTIONS.field("segments").type),
    )


def _once(ids: Sequence[Any], files: Sequence[NDArray[np.int32]]) -> list[NDArray[np.bool_]]:
    """Say of each row whether its id is in one file only; a file has each id once."""
    if len(np.unique(np.concatenate([np.zeros(0, np.int32), *files]))) < 2:
        return [np.ones(len(each), bool) for each in ids]
    counts: Any = pc.value_counts(pa.concat_arrays(ids))
    repeated: Any = pc.greater(counts.field("counts"), pa.scalar(1))
    several = counts.field("values").filter(repeated)
    return [~np.asarray(pc.is_in(each, value_set=several)) for each in ids]


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


def segments_of(rows: pa.Table, columns: Sequence[str]) -> Any:
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
