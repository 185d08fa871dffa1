"""Which rows the champion is compared with."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.dataset import Dataset


def reference_rows(features: pa.Table, *, dataset: Dataset) -> pa.Table:
    """Return the rows of the newest `dataset.reference_seasons` seasons; all rows where there is no season column."""
    if dataset.season_column is None:
        return features
    seasons = features.column(dataset.season_column)
    newest = np.unique(seasons.to_numpy())[-dataset.reference_seasons :]
    return features.filter(pc.is_in(seasons, value_set=pa.array(newest, seasons.type)))
