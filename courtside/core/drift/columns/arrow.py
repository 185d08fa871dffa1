"""Arrow tables are read as batches and columns, and their arrays as numbers or labels."""

import math
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.drift.columns import buffers
from courtside.core.drift.columns.buffers import as_numpy
from courtside.core.drift.columns.large_numbers import exact, relative
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.columns.tally import NO_ROWS, Tally
from courtside.core.drift.errors import DuplicateColumns

ROWS_PER_BATCH = 131_072
MOST_SMALL = 256

Tabular = pa.Table | pa.RecordBatch
Batches = Tabular | Iterable[Tabular]
Array = buffers.Array
Period = tuple[date, date]


def repeatable(batches: Batches) -> Batches:
    """Return batches that can be read twice: those of an iterator are kept in memory, others are returned unchanged."""
    return list(batches) if isinstance(batches, Iterator) else batches


def record_batches(batches: Batches) -> Iterator[pa.RecordBatch]:
    """Yield record batches small enough for the processor's cache, reading the input once."""
    parts: Iterable[Tabular] = [batches] if isinstance(batches, pa.Table | pa.RecordBatch) else batches
    for part in parts:
        table = part if isinstance(part, pa.Table) else pa.Table.from_batches([part])
        yield from table.to_batches(max_chunksize=ROWS_PER_BATCH)


def column(batch: pa.RecordBatch, name: str) -> Array | None:
    """Return a column, or None if the batch has none; raises `DuplicateColumns` if there are several."""
    positions = batch.schema.get_all_field_indices(name)
    if len(positions) > 1:
        raise DuplicateColumns([name])
    return batch.column(positions[0]) if positions else None


def is_numeric(kind: pa.DataType) -> bool:
    """Tell whether a numeric feature can be read from this type (integers, floats, decimals, booleans)."""
    if pa.types.is_dictionary(kind):
        return is_numeric(kind.value_type)
    return (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_decimal(kind)
    )


def is_text(kind: pa.DataType) -> bool:
    """Tell whether labels can be read from this type without conversion."""
    if pa.types.is_dictionary(kind):
        return is_text(kind.value_type)
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


class Numbers(NamedTuple):
    """Finite values with their extremes (both 0 if there are none), and the tally of all rows.

    `whole` tells whether their type holds integers only.
    """

    values: Floats
    tally: Tally
    minimum: float
    maximum: float
    whole: bool = False


def numbers(array: Array, origin: int = 0) -> Numbers:
    """Return the finite values minus `origin` as float64, rounded beyond 2**53, and the tally of all rows."""
    values, nulls = floats(array, origin)
    found = finite(values)
    if pa.types.is_integer(array.type):
        found = found._replace(whole=True)
    return found._replace(tally=found.tally + Tally(rows=nulls, null=nulls)) if nulls else found


def finite(values: Floats) -> Numbers:
    """Return the finite values, without a copy if all are finite, and the tally of all values."""
    if not values.size:
        return Numbers(values, NO_ROWS, 0.0, 0.0)
    minimum, maximum = float(values.min()), float(values.max())
    if math.isfinite(minimum) and math.isfinite(maximum):  # if any value is NaN, both are NaN
        return Numbers(values, Tally(rows=values.size), minimum + 0.0, maximum + 0.0)  # adding 0.0 makes zeros positive
    found = finite(values[np.isfinite(values)])
    return found._replace(
        tally=Tally(
            rows=values.size,
            nan=int(np.count_nonzero(np.isnan(values))),
            positive_infinity=int(np.count_nonzero(np.isposinf(values))),
            negative_infinity=int(np.count_nonzero(np.isneginf(values))),
        )
    )


def floats(array: Array, origin: int = 0) -> tuple[Floats, int]:
    """Return the values minus `origin` as float64, including NaN and infinities, and the number of nulls left out."""
    rows, nulls = len(array), array.null_count
    if isinstance(array, pa.DictionaryArray):
        array = array.dictionary_decode()
        nulls = array.null_count
    if nulls == rows:
        return np.zeros(0), rows
    if nulls:
        array = array.drop_null()
    if pa.types.is_decimal(array.type):
        array = array.cast(pa.float64())
    values = as_numpy(array)
    if not origin:
        return values.astype(np.float64, copy=False), nulls
    return relative(exact(values) if pa.types.is_integer(array.type) else values.astype(np.float64), origin), nulls


def with_gaps(array: Array, origin: int = 0) -> tuple[Floats, int]:
    """Return one float64 per row, minus `origin`, with NaN for a missing value, and the number of nulls."""
    if isinstance(array, pa.DictionaryArray):
        array = array.dictionary_decode()
    valid, nulls = floats(array, origin)
    if not nulls:
        return valid, 0
    found = np.full(len(array), np.nan)
    if valid.size:
        found[as_numpy(array.is_valid())] = valid
    return found, nulls


def labels(array: Array) -> tuple[dict[str, int], Tally]:
    """Count values by label; 1, 1.0 and true are all the label "1", so that a nullable copy is not drift."""
    small = small_whole_numbers(array)
    if small is not None:
        return _counts_of_small(small), Tally(rows=len(array))
    label = str if is_text(array.type) else number_label
    counts: dict[str, int] = {}
    for value, count in _value_counts(array):
        if value is not None:
            text = label(value)
            counts[text] = counts.get(text, 0) + count
    specials = {name: counts.pop(name, 0) for name in ("nan", "inf", "-inf")} if label is number_label else {}
    nulls = len(array) - sum(counts.values()) - sum(specials.values())
    return counts, Tally(
        rows=len(array),
        null=nulls,
        nan=specials.get("nan", 0),
        positive_infinity=specials.get("inf", 0),
        negative_infinity=specials.get("-inf", 0),
    )


def _value_counts(array: Array) -> Iterator[tuple[Any, int]]:
    """Yield each value with its count; a value may be yielded twice, and None stands for nulls if they are counted."""
    if not isinstance(array, pa.DictionaryArray):
        column: Any = array  # the type information lacks this method
        found = column.value_counts()
        yield from zip(found.field(0).to_pylist(), as_numpy(found.field(1)).tolist(), strict=True)
        return
    indices = array.indices.drop_null() if array.indices.null_count else array.indices
    per_value = np.bincount(as_numpy(indices), minlength=len(array.dictionary))
    present = per_value.nonzero()[0]  # the dictionary of a file may have far more values than one batch
    yield from zip(_values_at(array.dictionary, present), per_value[present].tolist(), strict=True)


def _values_at(dictionary: Array, places: NDArray[np.intp]) -> list[Any]:
    if 2 * places.size >= len(dictionary):
        every = dictionary.to_pylist()
        return [every[place] for place in places.tolist()]
    return [dictionary[place].as_py() for place in places.tolist()]


def small_whole_numbers(array: Array) -> NDArray[np.intp] | None:
    """Return integers in [0, 256), the usual coding of labels, or None if any value is something else."""
    kind = array.type
    if array.null_count or not len(array) or not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return None
    values = as_numpy(array)
    with np.errstate(invalid="ignore"):
        low, high = values.min(), values.max()
        if not (low >= 0 and high < MOST_SMALL):
            return None
    whole = values.astype(np.intp, copy=False)
    if pa.types.is_floating(kind) and not np.array_equal(whole, values):
        return None
    return whole


def _counts_of_small(whole: NDArray[np.intp]) -> dict[str, int]:
    """Count small integers by label."""
    if whole.max() <= 1:
        ones = int(whole.sum())
        return {label: count for label, count in (("0", whole.size - ones), ("1", ones)) if count}
    per_value = np.bincount(whole)
    return {str(value): int(per_value[value]) for value in np.flatnonzero(per_value).tolist()}


def number_label(value: Any) -> str:
    """Write a number, NaN or boolean as a label."""
    if isinstance(value, int):
        return str(int(value))
    number = float(value)
    return str(int(value)) if number.is_integer() else repr(number)


def type_name(kind: pa.DataType) -> str:
    """Return a type's name; a dictionary is only another way to store its values."""
    return str(kind.value_type if pa.types.is_dictionary(kind) else kind)


def joined(first: Period | None, second: Period | None) -> Period | None:
    """Return the period that spans both periods."""
    if first is None or second is None:
        return first or second
    return min(first[0], second[0]), max(first[1], second[1])
