"""The code that builds a dataset's features from its raw rows."""

from collections.abc import Callable, Mapping

import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset
from courtside.core.features.nba import build_nba_features

_BUILDERS: Mapping[str, Callable[[pa.Table], pa.Table]] = {"nba": build_nba_features}


class UnknownBuilder(BadInput):
    """A dataset contract names feature code that does not exist."""

    def __init__(self, dataset: str, builder: str) -> None:
        self.builder = builder
        super().__init__(f"dataset {dataset} names the builder {builder!r}; there are: {', '.join(_BUILDERS)}, or null")


def build_features(rows: pa.Table, *, dataset: Dataset) -> pa.Table:
    """Return the table of features: built by the dataset's builder, or `rows` themselves where it names none."""
    if dataset.builder is None:
        return rows
    try:
        build = _BUILDERS[dataset.builder]
    except KeyError as error:
        raise UnknownBuilder(dataset.name, dataset.builder) from error
    return build(rows)
