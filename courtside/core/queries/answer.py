"""What a query found."""

import json
import math
from dataclasses import dataclass
from itertools import count
from typing import Any

import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The rows that were found, and how many bytes an engine that charges for them has read (None: it does not)."""

    rows: pa.Table
    scanned_bytes: int | None = None


def told_apart(rows: pa.Table) -> pa.Table:
    """Return rows in which each column has a name of its own, because JSON would lose the others of that name.

    >>> told_apart(pa.table([[1], [2], [3]], names=["id", "id", "id_2"])).column_names
    ['id', 'id_3', 'id_2']
    """
    taken, names = set(rows.column_names), list[str]()
    for name in rows.column_names:
        own = name if name not in names else next(new for n in count(2) if (new := f"{name}_{n}") not in taken)
        taken.add(own)
        names.append(own)
    return rows.rename_columns(names)


def as_documents(rows: pa.Table) -> list[dict[str, Any]]:
    """Return rows for JSON, where a number that is none is null."""
    return [{name: _plain(value) for name, value in row.items()} for row in rows.to_pylist(maps_as_pydicts="lossy")]


def flat(rows: pa.Table) -> pa.Table:
    """Return rows for CSV, which has no lists or maps: they become JSON."""
    columns = [
        pa.array([_text(value) for value in column.to_pylist(maps_as_pydicts="lossy")], pa.string())
        if pa.types.is_nested(column.type)
        else column
        for column in rows.columns
    ]
    return pa.table(columns, names=rows.column_names)


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(_plain(value), default=str)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    return value
