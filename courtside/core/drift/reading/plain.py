"""Columns are given types that all Arrow functions accept, instead of views, runs and 16-bit floats."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def viewless(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch with plain values instead of views and runs, for which Arrow lacks half of its functions.

    What is missing in a dictionary is missing in the column instead, as parquet has it.
    """
    batch = _changed(batch, pa.types.is_run_end_encoded, lambda column: pc.call_function("run_end_decode", [column]))
    batch = _changed(batch, pa.types.is_binary_view, lambda column: column.cast(pa.binary()))
    return _changed(_changed(batch, _of_views, _as_text), pa.types.is_dictionary, _without_missing_level)


def singles(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch with 32-bit floats instead of 16-bit ones, for which Arrow lacks most of its functions."""
    return _changed(batch, pa.types.is_float16, lambda column: column.cast(pa.float32()))


def _changed(
    batch: pa.RecordBatch, wanted: Callable[[pa.DataType], bool], change: Callable[[Any], Any]
) -> pa.RecordBatch:
    for place, field in enumerate(batch.schema):
        if wanted(field.type):
            batch = batch.set_column(place, field.name, change(batch.column(place)))
    return batch


def _of_views(kind: pa.DataType) -> bool:
    return pa.types.is_string_view(kind.value_type if isinstance(kind, pa.DictionaryType) else kind)


def _without_missing_level(column: Any) -> Any:
    if not column.dictionary.null_count:
        return column
    anew = column.dictionary.take(column.indices).dictionary_encode()
    kind = column.type
    return pa.DictionaryArray.from_arrays(anew.indices.cast(kind.index_type), anew.dictionary, ordered=kind.ordered)


def _as_text(column: Any) -> Any:
    if isinstance(column, pa.DictionaryArray):  # Arrow cannot cast a dictionary of views
        levels = column.dictionary.cast(pa.string())
        return pa.DictionaryArray.from_arrays(column.indices, levels, ordered=column.type.ordered)
    return column.cast(pa.string())
