"""Whether the lake holds what was loaded into it."""

from collections.abc import Iterator

from courtside.contracts.loads import LoadState
from courtside.core.dataset import Dataset
from courtside.core.drift.reading.days import ALL_DAYS
from courtside.core.findings import Finding, broken, doubtful, fine
from courtside.workflows.loads import LoadsDamaged, read_loads, vanished
from courtside.workflows.ports import Lake
from courtside.workflows.rows import rows_of

_CHECK = "loaded data"


def loaded_data(lake: Lake, dataset: Dataset) -> Iterator[Finding]:
    """Examine that every object that was loaded is there, and that no load broke off."""
    source = rows_of(dataset)
    group, model = "tables" if dataset.builder is None else "games", dataset.name
    try:
        loads, _ = read_loads(source.prefix, lake=lake)
        gone = vanished(source, ALL_DAYS, loads=loads, present=set(lake.keys(source.prefix)))
    except LoadsDamaged as error:
        yield broken(_CHECK, str(error), "put an earlier version of it back (S3 console, Show versions)")
        return
    for key in gone:
        rows = loads.objects[key]
        listing = f"`courtside {group} loads --model {model}` lists the files"
        fix = f"load its file again, or put the object's earlier version back; {listing}"
        yield broken(_CHECK, f"{lake.uri(key)} was loaded with {rows} rows and is gone", fix)
    for load in loads.loads:
        if load.state is LoadState.BEGUN:
            fix = f"load the file again, or take it back: `courtside {group} unload {load.id} --model {model}`"
            said = f"load {load.id} ({load.file}) began at {load.loaded_at:%Y-%m-%d %H:%M} UTC and has not ended"
            yield doubtful(_CHECK, said, fix)
        elif load.state is LoadState.LEAVING:
            said = f"load {load.id} ({load.file}) is not taken back whole"
            yield doubtful(_CHECK, said, f"courtside {group} unload {load.id} --model {model}")
    if not gone and all(load.state.ended for load in loads.loads):
        there = f"all {len(loads.objects)} objects that were loaded are there"
        nothing = f"`courtside {group} load --model {model}` has loaded nothing yet"
        yield fine(_CHECK, there if loads.loads else nothing)
