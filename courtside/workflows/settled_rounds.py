"""What a round of the watch did with each model."""

from courtside.contracts import lake_keys
from courtside.contracts.rounds import SettleResponse
from courtside.workflows.lake_documents import read_document
from courtside.workflows.ports import Lake


def settled_models(round_name: str, *, lake: Lake) -> list[SettleResponse]:
    """Return what a round did with the models that were due, by name; raises `DocumentDamaged`."""
    keys = lake.keys(lake_keys.settled_round(round_name))
    return [read_document(SettleResponse, key, lake=lake) for key in keys]
