"""One array of any arrow type to text, 16-bit integers, days or flags.

The plain cast is tried first; the rows at fault are looked for only if it fails.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute  # the stubs know fewer argument types than arrow
Column: TypeAlias = Any  # one arrow array, of any type

WHOLE_NUMBER = r"^[+-]?[0-9]{1,18}(\.0*)?$"
FLAGS = {"0": False, "1": True, "false": False, "true": True}


class Unconvertible(ValueError):
    """Some values do not convert; `positions` are their positions, from 0."""

    def __init__(self, bad: npt.ArrayLike) -> None:
        self.positions = np.flatnonzero(np.asarray(bad))
        super().__init__(f"{len(self.positions)} values do not convert")


def one_array(column: Column) -> Column:
    """Return the column as one array: dictionaries decoded, text trimmed, blank text as null."""
    array = column.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if _is_text(array.type):
        array = pc.utf8_trim_whitespace(array.cast(pa.string()))
        return pc.if_else(pc.equal(array, ""), None, array)
    if pa.types.is_floating(array.type):
        return pc.if_else(pc.is_nan(array), None, array)
    return array


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def to_text(array: Column) -> Column:
    """Text stays; whole numbers become their digits."""
    if not (_is_text(array.type) or pa.types.is_integer(array.type)):
        raise Unconvertible(np.ones(len(array), bool))
    return array.cast(pa.string())


def to_small_integer(array: Column) -> Column:
    """Whole numbers however they are stored (``'101'``, ``101.0``) become int16."""
    numbers = _to_integer(array)
    limits = np.iinfo(np.int16)
    values = numbers.to_numpy()
    outside = (values < limits.min) | (values > limits.max)
    if outside.any():
        raise Unconvertible(outside)
    return numbers.cast(pa.int16())


def _to_integer(array: Column) -> Column:
    kind = array.type
    if _is_text(kind):
        return _digits_to_integer(array)
    if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        values = array.cast(pa.float64()).to_numpy()
        fractional = ~np.isfinite(values) | (values != np.rint(values)) | (np.abs(values) > 2**53)
        if fractional.any():
            raise Unconvertible(fractional)
        return pa.array(values.astype(np.int64))
    if pa.types.is_integer(kind):
        try:
            return array.cast(pa.int64())
        except pa.ArrowInvalid:  # uint64 beyond 63 bits
            raise Unconvertible(np.asarray(array) > np.iinfo(np.int64).max) from None
    raise Unconvertible(np.ones(len(array), bool))


def _digits_to_integer(array: Column) -> Column:
    try:
        return array.cast(pa.int64())
    except pa.ArrowInvalid:
        bad = pc.invert(pc.match_substring_regex(array, WHOLE_NUMBER))
        if pc.any(bad).as_py():
            raise Unconvertible(bad) from None
        return pc.replace_substring_regex(array, r"^\+|\.0*$", "").cast(pa.int64())


def to_day(array: Column) -> Column:
    """ISO text, dates and timestamps become days; a timestamp with a zone counts by its local day."""
    kind = array.type
    if pa.types.is_timestamp(kind):
        local = pc.local_timestamp(array) if kind.tz else array
        return pc.floor_temporal(local, unit="day").cast(pa.date32())
    if pa.types.is_date(kind):
        return array.cast(pa.date32())
    if _is_text(kind):
        return _iso_to_day(array)
    raise Unconvertible(np.ones(len(array), bool))


def _iso_to_day(array: Column) -> Column:
    try:
        return array.cast(pa.date32())
    except pa.ArrowInvalid:
        distinct = array.dictionary_encode()
        days = [_day_or_none(str(text)) for text in distinct.dictionary.to_pylist()]
        unreadable = np.array([day is None for day in days])[np.asarray(distinct.indices)]
        if unreadable.any():
            raise Unconvertible(unreadable) from None
        return pa.array(days, pa.date32()).take(distinct.indices)


def _day_or_none(text: str) -> date | None:
    if len(text) < len("YYYY-MM-DD") or text[4] != "-":  # fromisoformat also takes weeks and bare digits
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def to_flag(array: Column) -> Column:
    """Booleans, 0 and 1 in any spelling (``0``, ``1.0``, ``'true'``) become booleans."""
    if pa.types.is_boolean(array.type):
        return array
    if not _is_text(array.type):
        numbers = _to_integer(array).to_numpy()
        beyond = (numbers != 0) & (numbers != 1)
        if beyond.any():
            raise Unconvertible(beyond)
        return pa.array(numbers == 1)
    spelled = pc.replace_substring_regex(pc.utf8_lower(array), r"\.0*$", "")
    position = pc.index_in(spelled, value_set=pa.array(list(FLAGS)))
    if position.null_count:
        raise Unconvertible(position.is_null())
    return pa.array(list(FLAGS.values())).take(position)


TO_TYPE: dict[pa.DataType, Callable[[Column], Column]] = {
    pa.string(): to_text,
    pa.date32(): to_day,
    pa.int16(): to_small_integer,
    pa.bool_(): to_flag,
}
