"""The records of files that arrived: read by people, and taken back where a file deserves another look."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from courtside.contracts import lake_keys
from courtside.contracts.errors import BadInput
from courtside.contracts.key_names import is_name
from courtside.contracts.records import ArrivalOutcome, ArrivalRecord
from courtside.core.dataset import Dataset
from courtside.workflows.lake_documents import read_document
from courtside.workflows.ports import Lake

_PARALLEL = 8


class ArrivalUnknown(BadInput):
    """No file that arrived has this id."""

    def __init__(self, arrival_id: str, known: Sequence[str]) -> None:
        self.arrival_id = arrival_id
        shown = f"those in quarantine are {', '.join(known[-5:])}" if known else "none is in quarantine"
        super().__init__(f"no file with the id {arrival_id[:64]!r} is in quarantine as a whole; {shown}")


def arrival_records(*, lake: Lake, dataset: Dataset) -> list[ArrivalRecord]:
    """Return the records of all files that arrived for a model, oldest first; raises `DocumentDamaged`."""
    keys = lake.keys(lake_keys.arrivals(dataset.name))
    with ThreadPoolExecutor(_PARALLEL) as pool:
        found = list(pool.map(lambda key: read_document(ArrivalRecord, key, lake=lake), keys))
    return sorted(found, key=lambda each: (each.seen_at, each.came_at, each.file))


def in_quarantine(records: Sequence[ArrivalRecord]) -> list[ArrivalRecord]:
    """Return the records of what is set aside and was not written again since, in the order given."""
    newest = {record.file: record.came_at for record in sorted(records, key=lambda each: each.came_at)}
    return [each for each in records if each.quarantine is not None and each.came_at == newest[each.file]]


def astray(*, lake: Lake, dataset: Dataset) -> list[str]:
    """Return the keys of the files in the lake that nobody takes in, because their folder is that of no model.

    A model of the stage is known by its contract in the lake.
    """
    mine = lake_keys.incoming(dataset.name)
    read = (lake.uri(mine), dataset.incoming or lake.uri(mine))
    keys = lake.keys(lake_keys.INCOMING_PREFIX)
    others = [key for key in keys if not key.endswith("/") and not lake.uri(key).startswith(read)]
    of_models = {
        folder for folder in map(_folder, others) if is_name(folder) and lake.keys(lake_keys.contracts(folder))
    }
    return [key for key in others if _folder(key) not in of_models]


def _folder(key: str) -> str:
    return lake_keys.model_of_incoming(key.removeprefix(lake_keys.INCOMING_PREFIX))


def astray_said(keys: Sequence[str], *, lake: Lake, dataset: Dataset) -> str:
    """Say how many files nobody takes in, and name the first of them."""
    mine = lake.uri(lake_keys.incoming(dataset.name))
    return f"files outside {mine}, in a folder of no model, that are not looked at: {len(keys)}, such as {keys[0]}"


def look_again(arrival_id: str, *, lake: Lake, dataset: Dataset) -> ArrivalRecord:
    """Let the next round take in a file that was refused as a whole; what was set aside stays where it is.

    Raises `ArrivalUnknown`.
    """
    refused = [
        record for record in arrival_records(lake=lake, dataset=dataset) if record.outcome is ArrivalOutcome.QUARANTINED
    ]
    found = next((record for record in refused if record.id == arrival_id), None)
    if found is None:
        raise ArrivalUnknown(arrival_id, [record.id for record in refused])
    lake.remove([lake_keys.arrival(dataset.name, arrival_id)])
    return found
