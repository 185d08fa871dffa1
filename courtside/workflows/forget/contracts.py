"""The contracts that a model had: what was written by an earlier one may have other ids."""

from courtside.contracts import lake_keys
from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset
from courtside.datasets.catalog import parse_dataset
from courtside.workflows.ports import Lake


def earlier_contracts(model: str, *, lake: Lake) -> list[Dataset]:
    """Return all contracts that the lake has of a model, without those that this Courtside cannot read."""
    found = []
    for key in lake.keys(lake_keys.contracts(model)):
        try:
            found.append(parse_dataset(lake.uri(key), lake.read(key)))
        except BadInput:  # what it wrote is still searched for by the ids of the other contracts
            continue
    return found
