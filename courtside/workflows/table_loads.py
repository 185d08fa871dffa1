"""Loads of a team's own table: each is one file, which can be taken back and never repeats another's rows."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

import pyarrow as pa

from courtside.contracts import lake_keys
from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.loads import Load, Loads, LoadState
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import ALL_DAYS, misfit, together
from courtside.core.parquet import parquet_content
from courtside.core.rows import period
from courtside.core.rows.exact_ids import comparable
from courtside.core.rows.overlap import Overlap, identity, overlap
from courtside.core.rows.revisions import fitted
from courtside.workflows.loads import (
    MOST_TRIES,
    LakeBusy,
    change_loads,
    days_of_load,
    known_load,
    read_loads,
    write_loads,
)
from courtside.workflows.ports import Lake
from courtside.workflows.row_source import FilesDiffer, joined_labels
from courtside.workflows.tables import TableRows, checked_table

_LONGEST_SHOWN = 200

Progress = Callable[[str], None]


class RowsLoadedBefore(BadInput):
    """Rows of a file are in the table already, so they would count twice."""

    def __init__(self, file: str, rows: int, shared: Overlap, *, other: str, load: Load | None, dataset: str) -> None:
        self.file = file
        self.shared = shared
        self.load_id = load.id if load else None
        where = f"load {load.id} ({load.file})" if load else other
        unload = f"`courtside tables unload {load.id} --model {dataset}`" if load else ""
        way_out = f", or take that load back first with {unload}" if load else ""
        super().__init__(
            f"{shared.rows} of the {rows} rows of {file} are in the table of {dataset} already, by "
            f"{', '.join(shared.columns)} (the first: {shared.first}): they came with {where}. Nothing was loaded; "
            f"leave these rows out{way_out}; labels that have come or changed since are loaded with "
            f"`courtside labels load FILE --model {dataset}`"
        )


@dataclass(frozen=True, slots=True)
class TableLoaded:
    """A load of a table, and whether it was already there or had already been taken back."""

    load: Load
    repeated: bool


class LoadedFileUnreadable(CourtsideError):
    """A file of the table cannot be compared with what arrives, which therefore has to wait."""

    def __init__(self, uri: str, detail: str) -> None:
        self.uri = uri
        super().__init__(
            f"{uri}, which is in the table already, cannot be read ({detail}); put an earlier version of it back, and "
            "the files that wait will be taken in the next time"
        )


def load_table(
    content: bytes, *, file: str, lake: Lake, dataset: Dataset, now: datetime, progress: Progress
) -> TableLoaded:
    """Add a parquet file to its dataset's table; the same file again changes nothing.

    Loading the file again finishes a load that broke off. Raises what `checked_table` raises, `IdsRounded`,
    `RowsLoadedBefore`, `FilesDiffer`, `LoadedFileUnreadable` and `LakeBusy`; nothing is loaded then.
    """
    progress(f"Checking {file}")
    table = checked_table(content, name=file, dataset=dataset)
    comparable([table], identity(dataset))  # raises for ids that no later file could be compared with
    load = described(content, table, file=file, dataset=dataset, now=now)
    source = TableRows(dataset)
    arriving, offered = arriving_key(load, dataset), False
    for _ in range(MOST_TRIES):
        loads, stamp = read_loads(source.prefix, lake=lake)
        known = loads.find(load.id)
        if known is not None and known.state is LoadState.LOADED and lake.keys(load.key):
            if offered:  # somebody who loaded the same file was faster
                lake.remove([arriving])
            return TableLoaded(known, repeated=True)
        rows = fitted_to_newest(table, load, loads, lake=lake, dataset=dataset)
        stored = content if rows is table else parquet_content(rows)
        if known is not None and known.state.counts:
            break
        _refuse_overlap(rows, load, loads, lake=lake, dataset=dataset, progress=progress)
        lake.write(arriving, stored)  # so that whoever loads at the same time can compare with it
        offered = True
        if write_loads(source.prefix, loads.appended(load), stamp=stamp, lake=lake):
            break
    else:
        raise LakeBusy(lake.uri(lake_keys.loads(source.prefix)))
    progress(f"Storing {file}")
    lake.write(load.key, stored)
    lake.remove([arriving])
    return TableLoaded(ended(load.id, LoadState.LOADED, lake=lake, dataset=dataset), repeated=False)


def unload_table(load_id: str, *, lake: Lake, dataset: Dataset, now: datetime) -> TableLoaded:
    """Take a load back: its file is moved to where no reader looks. Raises `LoadUnknown` and `LakeBusy`."""
    source = TableRows(dataset)

    def leave(loads: Loads) -> Loads:
        load = known_load(loads, load_id)
        if load.state is LoadState.TAKEN_BACK:
            return loads
        objects = {key: rows for key, rows in loads.objects.items() if key != load.key}
        leaving = load.model_copy(update={"state": LoadState.LEAVING, "taken_back_at": load.taken_back_at or now})
        return loads.changed(leaving).model_copy(update={"objects": objects})

    load = known_load(change_loads(source.prefix, leave, lake=lake), load_id)
    if load.state is LoadState.TAKEN_BACK:
        return TableLoaded(load, repeated=True)
    if lake.keys(load.key):
        lake.move({load.key: lake_keys.unloaded_table(dataset.name, load.id)})
    lake.remove([arriving_key(load, dataset)])
    return TableLoaded(ended(load_id, LoadState.TAKEN_BACK, lake=lake, dataset=dataset), repeated=False)


def described(content: bytes, table: pa.Table, *, file: str, dataset: Dataset, now: datetime) -> Load:
    """Return the load of a file, with an id that is derived from its content.

    Rows without times are of the day on which they are loaded.
    """
    load_id = hashlib.sha256(content).hexdigest()[:16]
    column, today = dataset.time_column, now.date()
    first, last = (today, today) if column is None else period(table, column)
    return Load(
        id=load_id,
        file=file[:_LONGEST_SHOWN],
        key=lake_keys.loaded_table(dataset.name, load_id),
        rows=table.num_rows,
        first_day=first,
        last_day=last,
        unlabelled=table.column(dataset.target).null_count,
        loaded_at=now,
    )


def arriving_key(load: Load, dataset: Dataset) -> str:
    """Return where the rows of a load lie until it is known that they fit the others."""
    return lake_keys.arriving_table(dataset.name, PurePosixPath(load.key).stem)


def ended(load_id: str, state: LoadState, *, lake: Lake, dataset: Dataset) -> Load:
    """Record what became of a load, and return it; raises `LakeBusy`."""

    def end(loads: Loads) -> Loads:
        load = known_load(loads, load_id).model_copy(update={"state": state})
        objects = {**loads.objects, load.key: load.rows} if state.counts else loads.objects
        return loads.changed(load).model_copy(update={"objects": objects})

    return known_load(change_loads(TableRows(dataset).prefix, end, lake=lake), load_id)


def fitted_to_newest(table: pa.Table, load: Load, loads: Loads, *, lake: Lake, dataset: Dataset) -> pa.Table:
    """Return a table whose types can be read together with those of the loads before it; raises `FilesDiffer`.

    Each load took the types of the one before it or wider ones, so that the newest one has types for all of them.
    """
    before = (each for each in reversed(loads.loads) if each.state is LoadState.LOADED and each.id != load.id)
    newest = next((each for each in before if lake.keys(each.key)), None)
    if newest is None:
        return table
    labels = joined_labels(dataset)
    there = read_loaded(newest.key, lake=lake, dataset=dataset).slice(0, 0)
    table = fitted(table, there.schema, labels=labels)
    known, arriving = together([there, table], labels=labels)
    if said := misfit(known.schema, arriving.schema):
        raise FilesDiffer(load.file, said)
    return table


def read_loaded(key: str, *, lake: Lake, dataset: Dataset) -> pa.Table:
    """Return the rows of a file in the table; raises `LoadedFileUnreadable`."""
    try:
        return TableRows(dataset).read(key, lake.read(key))
    except BadInput as error:
        raise LoadedFileUnreadable(lake.uri(key), str(error)) from error


def _refuse_overlap(
    table: pa.Table, load: Load, loads: Loads, *, lake: Lake, dataset: Dataset, progress: Progress
) -> None:
    columns = identity(dataset)
    if not columns:
        return
    source = TableRows(dataset)
    for key, other in files_beside(load, loads, lake=lake, dataset=dataset):
        progress(f"Comparing with {key}")
        try:
            shared = overlap(table, source.read(key, lake.read(key)), columns=columns)
        except (pa.ArrowException, KeyError) as error:
            raise FilesDiffer(load.file, f"{lake.uri(key)} holds other ids: {str(error).splitlines()[0]}") from error
        if shared is not None:
            raise RowsLoadedBefore(
                load.file, table.num_rows, shared, other=lake.uri(key), load=other, dataset=dataset.name
            )


def files_beside(load: Load, loads: Loads, *, lake: Lake, dataset: Dataset) -> Iterator[tuple[str, Load | None]]:
    """Yield the objects that may share rows with a load, arriving ones too, each with the load it belongs to.

    Where rows have times, these are the objects of the load's days.
    """
    source, days = TableRows(dataset), days_of_load(load) if dataset.time_column else ALL_DAYS
    by_key = {each.key: each for each in loads.loads}
    present = lake.keys(source.prefix)
    for key in present:
        other = by_key.get(key)
        if key != load.key and source.holds(key, days) and (other is None or days_of_load(other).meets(days)):
            yield key, other
    for other in loads.loads:
        arriving = arriving_key(other, dataset)
        begun = other.state is LoadState.BEGUN and other.key not in present and arriving in present
        if begun and other.id != load.id and days_of_load(other).meets(days):
            yield arriving, other
