"""What models said, as a column of a table."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.tasks.types import Prediction


def prediction_column(said: Prediction, known: NDArray[np.bool_] | None = None) -> Any:
    """Return predictions as a column: doubles, or lists of a fixed size where there are several classes.

    Numbers that are not `known`, shape (n,), become null (None: all are). A list stays, with NaN in it: Arrow writes
    lists of a fixed size that are null into parquet files that it cannot read.
    """
    if said.ndim == 1:
        return pa.array(said, mask=None if known is None or known.all() else ~known)
    told = said if known is None else np.where(known[:, None], said, np.nan)
    return pa.FixedSizeListArray.from_arrays(pa.array(np.ascontiguousarray(told).reshape(-1)), said.shape[1])


def predictions_of(column: Any) -> Prediction:
    """Return the predictions that `prediction_column` wrote; a null becomes NaN."""
    chunk: Any = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not pa.types.is_fixed_size_list(chunk.type):
        return np.asarray(chunk.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    flat = np.full((len(chunk), chunk.type.list_size), np.nan)
    valid = chunk.is_valid().to_numpy(zero_copy_only=False)
    flat[valid] = chunk.flatten().to_numpy(zero_copy_only=False).reshape(-1, chunk.type.list_size)
    return flat
