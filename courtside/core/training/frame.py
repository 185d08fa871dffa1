"""A table's features and labels as the models take them."""

import pandas as pd
import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset, FeatureKind
from courtside.core.tasks import Truth, task_of
from courtside.core.training.served_input import NUMBER, TEXT, ColumnUnusable, as_trained, level_type


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
    try:
        return as_trained(table, taken_as(table.schema, dataset))
    except ColumnUnusable as error:
        raise FeatureUnusable(error.column, error.found) from error


def taken_as(schema: pa.Schema, dataset: Dataset) -> dict[str, str]:
    """Return as what models take each feature of a table: a number, or a category of the column's type."""
    types = {feature.name: schema.field(feature.name).type for feature in dataset.features}
    return {
        feature.name: level_type(types[feature.name])
        if feature.kind is FeatureKind.CATEGORICAL
        or (feature.kind is FeatureKind.BINARY and level_type(types[feature.name]) == TEXT)
        else NUMBER
        for feature in dataset.features
    }


def labels(table: pa.Table, dataset: Dataset) -> Truth:
    """Return the coded target, shape (rows,), in the type of the contract's task."""
    return table.column(dataset.target).to_numpy().astype(task_of(dataset.task).dtype)
