"""The features of a dataset, built from its raw rows by the builder that its contract names."""

import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset
from courtside.core.features.builders import REGISTRY, Builder


class UnknownBuilder(BadInput):
    """A dataset contract names feature code that does not exist."""

    def __init__(self, dataset: str, builder: str) -> None:
        self.builder = builder
        super().__init__(f"dataset {dataset} names the builder {builder!r}; there are: {', '.join(REGISTRY)}, or null")


def build_features(rows: pa.Table, *, dataset: Dataset) -> pa.Table:
    """Return the table of features: built by the dataset's builder, or `rows` themselves where it names none."""
    return rows if dataset.builder is None else builder_of(dataset.builder, dataset=dataset).build(rows)


def builder_of(name: str, *, dataset: Dataset) -> Builder:
    """Return the builder that a dataset names; raises `UnknownBuilder`."""
    try:
        return REGISTRY[name]
    except KeyError as error:
        raise UnknownBuilder(dataset.name, name) from error
