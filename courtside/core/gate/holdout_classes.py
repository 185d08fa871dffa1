"""What the file of a holdout says about itself, and its classes, to which a model may add those that it knows.

A row of a class that no model knows costs each of them the same, so the file only counts it as unknown. Which class
that is stands in a column of its own, because a champion may be asked later, and know it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.core.evaluation.multiclass import UNKNOWN, aligned
from courtside.core.tasks import prediction_column, predictions_of

META = b"courtside"
"""The key of a file's metadata that says of which task it is; files of two classes have none."""
LABEL, OTHER = "label", "other"
"""The column of labels, and that of the classes which no model knows, null in all other rows."""
_SAID = ("challenger", "baseline")


def about(table: pa.Table) -> dict[str, Any]:
    """Return what a file says about itself: `task`, `classes` and `level`; nothing where it is of two classes."""
    found: dict[str, Any] = json.loads((table.schema.metadata or {}).get(META, b"{}"))
    return found


def telling(table: pa.Table, said: Mapping[str, Any]) -> pa.Table:
    """Return the table with what it says about itself."""
    return table.replace_schema_metadata({META: json.dumps(said).encode()})


def classes_of(table: pa.Table) -> list[str]:
    """Return the classes of a file, in the order of its probabilities."""
    return list(about(table).get("classes", ()))


def with_classes(table: pa.Table, classes: Sequence[str]) -> pa.Table:
    """Return the file of a holdout of several classes, which also has those of `classes` that it had not."""
    known = classes_of(table)
    every = [*known, *(name for name in classes if name not in known)]
    if len(every) == len(known):
        return table
    codes = table.column(LABEL).to_numpy().copy()
    if OTHER in table.column_names:
        others = np.array(table.column(OTHER).to_pylist(), dtype=object)
        for place in range(len(known), len(every)):
            codes[others == every[place]] = place
        others[codes != UNKNOWN] = None
        left = pa.array(others, pa.string())
        table = _with(table, OTHER, left) if left.null_count < len(left) else table.drop_columns([OTHER])
    for name in _SAID:
        if name in table.column_names:
            said = aligned(predictions_of(table.column(name)), classes=known, to=every)
            table = _with(table, name, prediction_column(said))
    return telling(_with(table, LABEL, pa.array(codes)), about(table) | {"classes": every})


def _with(table: pa.Table, name: str, column: Any) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)
