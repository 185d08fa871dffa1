"""One hash for the features of a row as a model takes them: equal features have equal hashes, on every machine.

It says whether a row must be predicted again, so it looks at values and not at how they were stored: numbers are
float64 whatever type a file gave them, and a category is the text of its level.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.drift.columns.hashing import Hashes, hashed
from courtside.core.training.served_input import MISSING, NUMBER, ColumnsMissing, as_trained

DIGITS = 16
"""Hexadecimal digits of a hash."""
_MISSING = np.uint64(0x7FF8000000000000)
"""The bits of the one NaN that stands for every number that is missing."""


def features_hashes(rows: pa.Table, taken_as: Mapping[str, str]) -> Hashes:
    """Return the hash of each row's features, shape (n,); `taken_as` are a model's columns, as its interface says.

    The order of the columns makes no difference, their names do. Raises what `as_trained` raises.
    """
    if lacking := [name for name in taken_as if name not in rows.column_names]:
        raise ColumnsMissing(lacking)
    found: Hashes = np.full(rows.num_rows, _of_text("\0".join(sorted(taken_as))), np.uint64)
    for name in sorted(taken_as):
        # Mixing is one to one, so two rows that differ in a single feature never share a hash.
        found = hashed(found ^ (_numbers if taken_as[name] == NUMBER else _levels)(rows, name, taken_as[name]))
    return found


def written(hashes: Hashes) -> Any:
    """Return hashes as text of `DIGITS` hexadecimal digits each."""
    texts = hashes.astype(">u8").tobytes().hex().encode()
    ends = np.arange(hashes.size + 1, dtype=np.int32) * DIGITS
    return pa.Array.from_buffers(pa.string(), hashes.size, [None, pa.py_buffer(ends.data), pa.py_buffer(texts)])


def read_back(texts: Any) -> Hashes:
    """Return hashes that were written as text, shape (n,)."""
    return np.frombuffer(bytes.fromhex("".join(texts.to_pylist())), ">u8").astype(np.uint64)


def _numbers(rows: pa.Table, name: str, taken_as: str) -> Hashes:
    values: NDArray[np.float64] = as_trained(rows.select([name]), {name: taken_as})[name].to_numpy()
    bits = (values + 0.0).view(np.uint64)  # adding zero turns -0.0 into 0.0
    return np.where(np.isnan(values), _MISSING, bits)


def _levels(rows: pa.Table, name: str, taken_as: str) -> Hashes:
    """Return the hash of each row's level; every different one is looked at only once."""
    column: Any = rows.column(name)
    if pa.types.is_dictionary(column.type):
        encoded = column.unify_dictionaries().combine_chunks()
    else:
        plain = column.cast(pa.string()) if pa.types.is_string_view(column.type) else column
        encoded = plain.combine_chunks().dictionary_encode()
    levels = as_trained(pa.table({name: encoded.dictionary}), {name: taken_as})[name]
    of_level = np.fromiter((_of_text(level) for level in (*levels, MISSING)), np.uint64, len(levels) + 1)
    found: Hashes = of_level[encoded.indices.fill_null(len(levels)).to_numpy(zero_copy_only=False)]
    return found


def _of_text(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
