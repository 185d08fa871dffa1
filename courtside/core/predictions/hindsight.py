"""Predictions in hindsight: as of a day when a later one had been predicted, or by a version that had learned from it.

Nobody can have believed them on that day, so they are kept for whoever asked for them and count for nothing else.
"""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

HINDSIGHT = "in_hindsight"


def without_hindsight(predictions: pa.Table) -> pa.Table:
    """Return the predictions that were made in their time."""
    column: Any = predictions.column(HINDSIGHT)
    marked = column.fill_null(False)
    return predictions.filter(pc.invert(marked)) if pc.any(marked).as_py() else predictions
