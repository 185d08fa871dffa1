"""Which rows the champion is compared with."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset


class SeasonsMissing(BadInput):
    """No row names its season, so there are no newest seasons to compare with."""

    def __init__(self, column: str) -> None:
        self.column = column
        super().__init__(
            f"season column {column!r} is empty in every row; fill it in, or take season_column out of the dataset"
        )


def reference_rows(features: pa.Table, *, dataset: Dataset) -> pa.Table:
    """Return the rows of the newest `dataset.reference_seasons` seasons; all rows where there is no season column.

    Rows without a season belong to none. Raises `SeasonsMissing`.
    """
    if dataset.season_column is None:
        return features
    seasons = _seasons(features, dataset.season_column)
    known: Any = pc.drop_null(seasons.unique())
    if not len(known):
        raise SeasonsMissing(dataset.season_column)
    newest = known.take(pc.array_sort_indices(known))[-dataset.reference_seasons :]
    return features.filter(pc.is_in(seasons, value_set=newest))


def without_season(features: pa.Table, *, dataset: Dataset) -> int:
    """Return how many rows name no season although the dataset names a column for it."""
    return 0 if dataset.season_column is None else _seasons(features, dataset.season_column).null_count


def _seasons(features: pa.Table, column: str) -> Any:
    seasons: Any = features.column(column)
    if pa.types.is_dictionary(seasons.type):
        seasons = seasons.cast(seasons.type.value_type)
    if pa.types.is_boolean(seasons.type):
        return seasons.cast(pa.int8())  # Arrow cannot sort booleans
    if pa.types.is_floating(seasons.type):
        return pc.if_else(pc.is_nan(seasons), pa.scalar(None, seasons.type), seasons)
    return seasons
