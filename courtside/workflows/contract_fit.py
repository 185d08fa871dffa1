"""Whether a contract fits the rows that are there when it is added to a stage."""

from collections.abc import Callable
from functools import partial

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import UnreadableFile
from courtside.core.drift.reading.days import ALL_DAYS
from courtside.workflows.loads import in_order, read_loads
from courtside.workflows.ports import Lake
from courtside.workflows.tables import TableRows, checked_table


class ContractUnfit(BadInput):
    """A contract does not say what the rows of its table are; `error` is what a training would say of them."""

    def __init__(self, model: str, table: str, error: BadInput) -> None:
        self.model = model
        self.table = table
        self.error = error
        super().__init__(f"the contract {model} does not fit the rows in {table} ({type(error).__name__}): {error}")


def require_fit(dataset: Dataset, table: str, content: Callable[[], bytes]) -> None:
    """Raise `ContractUnfit` unless a training could use the parquet file `content`, which people know as `table`."""
    try:
        checked_table(content(), name=table, dataset=dataset)
    except BadInput as error:
        raise ContractUnfit(dataset.name, table, error) from error


def require_fit_of_loaded(dataset: Dataset, *, lake: Lake) -> str | None:
    """Check the file that was loaded last into the model's table; return its address, None where there is none.

    A file that is damaged says nothing about the contract, so the one before it is checked. Raises `ContractUnfit`, and
    `LoadsDamaged`.
    """
    if dataset.builder is not None:  # games were checked when they were loaded
        return None
    source = TableRows(dataset)
    keys = [key for key in lake.keys(source.prefix) if source.holds(key, ALL_DAYS)]
    for key in reversed(in_order(keys, read_loads(source.prefix, lake=lake)[0])):
        try:
            require_fit(dataset, lake.uri(key), partial(lake.read, key))
        except ContractUnfit as unfit:
            if isinstance(unfit.error, UnreadableFile):
                continue
            raise
        return lake.uri(key)
    return None
