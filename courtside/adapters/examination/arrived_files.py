"""Whether files that arrived are in quarantine."""

from collections.abc import Iterator

from courtside.contracts import lake_keys
from courtside.core.dataset import Dataset
from courtside.core.findings import Finding, doubtful, fine
from courtside.workflows.arrival_records import arrival_records, astray, astray_said, in_quarantine
from courtside.workflows.ports import Lake

_CHECK = "arrivals"


def arrived_files(lake: Lake, dataset: Dataset) -> Iterator[Finding]:
    """Examine whether every file that arrived could be used, or was written again since."""
    if lost := astray(lake=lake, dataset=dataset):
        said = astray_said(lost, lake=lake, dataset=dataset)
        yield doubtful(_CHECK, said, f"move them to {lake.uri(lake_keys.incoming(dataset.name))}, or remove them")
    records = arrival_records(lake=lake, dataset=dataset)
    aside = in_quarantine(records)
    if not aside:
        yield fine(_CHECK, f"{len(records)} files have arrived, none is in quarantine")
        return
    group = "tables" if dataset.builder is None else "games"
    said = f"{len(aside)} of {len(records)} files that arrived are in quarantine; the newest is {aside[-1].file}"
    why = f"`courtside {group} arrivals --quarantine --model {dataset.name}` says why"
    yield doubtful(_CHECK, said, f"{why}; write the corrected file again")
