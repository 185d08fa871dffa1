"""A table's features and labels as the models take them."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset, FeatureKind

MISSING = "(missing)"
"""The level that stands for a missing category."""


class FeatureUnusable(BadInput):
    """A feature's column has a type that no model can take as the contract's kind."""

    def __init__(self, feature: str, column_type: str) -> None:
        self.feature = feature
        super().__init__(
            f"feature {feature} holds {column_type}, which is not a number: correct the column, or make it categorical "
            "in the dataset's contract"
        )


def feature_frame(table: pa.Table, dataset: Dataset) -> pd.DataFrame:
    """Return the features, shape (rows, features), in the contract's order: numbers float64, categories strings.

    A frame rather than a matrix, so that every model keeps the names and can refuse columns in another order.
    Raises `FeatureUnusable`.
    """
    categorical = {
        feature.name
        for feature in dataset.features
        if feature.kind is FeatureKind.CATEGORICAL
        or (feature.kind is FeatureKind.BINARY and _holds_text(table.schema.field(feature.name).type))
    }
    return input_frame(table, dataset.feature_names, categorical=categorical)


def input_frame(table: pa.Table, names: Sequence[str], *, categorical: Collection[str]) -> pd.DataFrame:
    """Return columns as a model's input: a missing or infinite number is NaN, a missing category a level of its own.

    Raises `FeatureUnusable`.
    """
    columns = {
        name: _categories(table.column(name)) if name in categorical else _numbers(name, table.column(name))
        for name in names
    }
    return pd.DataFrame(columns)


def labels(table: pa.Table, dataset: Dataset) -> NDArray[np.int8]:
    """Return the target as 0/1, shape (rows,)."""
    return table.column(dataset.target).to_numpy().astype(np.int8)


def _numbers(name: str, column: "pa.ChunkedArray[Any]") -> NDArray[np.float64]:
    try:
        numbers = pc.cast(column, pa.float64(), safe=False).to_numpy()
    except pa.ArrowException as error:
        raise FeatureUnusable(name, str(column.type)) from error
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _categories(column: "pa.ChunkedArray[Any]") -> "pd.Series[str]":
    plain = column.cast(column.type.value_type) if isinstance(column.type, pa.DictionaryType) else column
    levels = [MISSING if level is None else level for level in plain.cast(pa.string()).to_pylist()]
    return pd.Series(levels, dtype=object)


def _holds_text(column_type: pa.DataType) -> bool:
    plain = column_type.value_type if isinstance(column_type, pa.DictionaryType) else column_type
    return pa.types.is_string(plain) or pa.types.is_large_string(plain)
