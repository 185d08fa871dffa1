"""What a column's values are, where no contract says it."""

from typing import Any

import pyarrow as pa

from courtside.core.dataset import FeatureKind
from courtside.core.drift import arrow


def inferred_kind(column: Any) -> FeatureKind | None:
    """Call booleans and 0/1 binary, other numbers numeric, text and coded labels categorical; None for other types."""
    if arrow.is_text(column.type):
        return FeatureKind.CATEGORICAL
    if not arrow.is_numeric(column.type):
        return None
    if pa.types.is_dictionary(column.type):
        return FeatureKind.CATEGORICAL
    levels = column.unique().drop_null()
    binary = pa.types.is_boolean(column.type) or (0 < len(levels) <= 2 and set(levels.to_pylist()) <= {0, 1})
    return FeatureKind.BINARY if binary else FeatureKind.NUMERIC
