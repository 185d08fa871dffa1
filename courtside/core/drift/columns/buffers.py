"""Arrow arrays are converted to numpy and back through their buffers.

`Array.to_numpy`, `pa.array` and `pa.scalar` import pandas if it is installed, which takes longer than a drift check.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

if TYPE_CHECKING:
    Array = pa.Array[Any]
else:  # the class is generic only in its type information
    Array = pa.Array


def as_numpy(array: Array) -> NDArray[Any]:
    """Return numbers, booleans, days or moments without nulls; days and moments are returned as integers."""
    kind = array.type
    if pa.types.is_boolean(kind):
        return np.from_dlpack(array.cast(pa.uint8())).view(np.bool_)
    if pa.types.is_temporal(kind):
        array = array.view(pa.int32() if kind.bit_width == 32 else pa.int64())
    return np.from_dlpack(array)


def filled(array: Array, value: int) -> NDArray[np.int64]:
    """Return integers with `value` in place of nulls."""
    if not array.null_count:
        return as_numpy(array).astype(np.int64, copy=False)
    found = np.full(len(array), value, np.int64)
    found[as_numpy(array.is_valid())] = as_numpy(array.drop_null())
    return found


def mask(flags: NDArray[np.bool_]) -> pa.BooleanArray:
    """Return booleans as Arrow has them."""
    packed = np.packbits(flags, bitorder="little").tobytes()
    made: Any = pa.Array.from_buffers(pa.bool_(), flags.size, [None, pa.py_buffer(packed)])
    found: pa.BooleanArray = made
    return found


def constant(value: int | None, kind: pa.DataType, rows: int) -> Array:
    """Return a column that repeats an integer, a day or a moment of 32 or 64 bits, or that is all null."""
    if value is None:
        nulls: Array = pa.nulls(rows).cast(kind)
        return nulls
    content = np.full(rows, value, f"i{kind.bit_width // 8}").tobytes()
    return pa.Array.from_buffers(kind, rows, [None, pa.py_buffer(content)])
