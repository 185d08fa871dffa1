"""Whether rows that should be added to a table are in it already."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.dataset import Dataset
from courtside.core.rows.exact_ids import comparable

_MARK = "__added"
_LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many rows two tables share by these columns, and the values of the first."""

    columns: tuple[str, ...]
    rows: int
    first: str


def identity(dataset: Dataset) -> list[str]:
    """Return the columns that distinguish a dataset's rows; none where it has no ids."""
    names = dict.fromkeys((*dataset.id_columns, dataset.time_column)) if dataset.id_columns else {}
    return [name for name in names if name is not None]


def overlap(added: pa.Table, there: pa.Table, *, columns: Sequence[str]) -> Overlap | None:
    """Return what two tables share by these columns, or None.

    Raises `IdsRounded`, and arrow's errors for types that differ.
    """
    names = list(columns)
    added, there = comparable([added.select(names), there.select(names)], names)
    marked = [
        table.append_column(_MARK, pa.array([mark]).take(pa.array([0] * table.num_rows, pa.int64())))
        for mark, table in ((True, added), (False, there))
    ]
    both = pa.concat_tables(marked, promote_options="permissive")
    groups = both.group_by(names, use_threads=False).aggregate([(_MARK, "min"), (_MARK, "max")])
    shared: Any = pc.and_(groups.column(f"{_MARK}_max"), pc.invert(groups.column(f"{_MARK}_min")))
    found = groups.filter(shared)
    if found.num_rows == 0:
        return None
    first = found.select(names).slice(0, 1).to_pylist()[0]
    return Overlap(tuple(names), found.num_rows, ", ".join(str(value)[:_LONGEST_SHOWN] for value in first.values()))
