"""Rows of a team's own table that arrive by themselves: merged by their ids, and never loaded twice."""

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

import pyarrow as pa

from courtside.contracts import lake_keys
from courtside.contracts.loads import Load, Loads, LoadState
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import together
from courtside.core.parquet import parquet_content
from courtside.core.rows.overlap import identity
from courtside.core.rows.revisions import Came, News, news
from courtside.workflows.arrival import Arrival
from courtside.workflows.loads import MOST_TRIES, LakeBusy, read_loads, write_loads
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.row_source import FilesDiffer, joined_labels
from courtside.workflows.table_loads import (
    arriving_key,
    described,
    ended,
    files_beside,
    fitted_to_newest,
    read_loaded,
)
from courtside.workflows.tables import TableRows


@dataclass(frozen=True, slots=True)
class TableArrived:
    """What a file brought: its load, None if nothing in it was new, and its rows by what is known of them."""

    load: Load | None
    new: int = 0
    changed: int = 0
    same: int = 0


def load_arrival(table: pa.Table, arrival: Arrival, *, lake: Lake, dataset: Dataset, now: datetime) -> TableArrived:
    """Add the rows that are new, or differ from the row with their ids; the same arrival again changes nothing.

    A row with the ids of one that came later is left out: its file could not be read in its turn.
    Raises `FilesDiffer`, `LoadedFileUnreadable` and `LakeBusy`; nothing is loaded then.
    """
    prefix = TableRows(dataset).prefix
    for _ in range(MOST_TRIES):
        loads, stamp = read_loads(prefix, lake=lake)
        known = loads.find(arrival.id)
        if known is not None and known.state.counts:
            return TableArrived(finish(known, lake=lake, dataset=dataset), new=known.rows)
        load = described(b"", table, file=arrival.file.uri, dataset=dataset, now=now)
        table = fitted_to_newest(table, load, loads, lake=lake, dataset=dataset)
        found = _news(table, load, loads, arrival, lake=lake, dataset=dataset)
        if not found.rows.num_rows:
            return TableArrived(None, same=found.same)
        content = parquet_content(found.rows)
        load = _named(described(content, found.rows, file=load.file, dataset=dataset, now=now), arrival, dataset)
        load = load.model_copy(update={"revises": found.changed > 0})
        lake.write(arriving_key(load, dataset), content)  # so that whoever loads at the same time can compare with it
        if write_loads(prefix, loads.appended(load), stamp=stamp, lake=lake):
            return TableArrived(finish(load, lake=lake, dataset=dataset), found.new, found.changed, found.same)
    raise LakeBusy(lake.uri(lake_keys.loads(prefix)))


def finish(load: Load, *, lake: Lake, dataset: Dataset) -> Load:
    """Put the rows of a recorded load where readers find them; it may be repeated, also by several at once."""
    arriving = arriving_key(load, dataset)
    if load.state is LoadState.LOADED:
        lake.remove([arriving])  # whoever was overtaken may have written it again
        return load
    if not lake.keys(load.key):
        with contextlib.suppress(ObjectMissing):  # somebody else has just finished it
            lake.write(load.key, lake.read(arriving))
    lake.remove([arriving])
    return ended(load.id, LoadState.LOADED, lake=lake, dataset=dataset)


def _named(load: Load, arrival: Arrival, dataset: Dataset) -> Load:
    """Return a load under its arrival's id; its key names its content too, which depends on what was there before."""
    return load.model_copy(update=arrival.names(lambda id_: lake_keys.loaded_table(dataset.name, f"{id_}-{load.id}")))


def _news(table: pa.Table, load: Load, loads: Loads, arrival: Arrival, *, lake: Lake, dataset: Dataset) -> News:
    known, columns = [], identity(dataset)
    place = {each.key: at for at, each in enumerate(loads.loads)}
    there_now = files_beside(load, loads, lake=lake, dataset=dataset) if columns else ()
    # The same arrival may be loaded by somebody else since the loads were read, who will have recorded it by the time
    # that this one is.
    beside = [each for each in there_now if not PurePosixPath(each[0]).name.startswith(f"{arrival.id}-")]
    for key, other in sorted(beside, key=lambda each: (place[each[1].key] if each[1] else -1, each[0])):
        there = read_loaded(key, lake=lake, dataset=dataset)
        revises, ahead = (other.revises, arrival.is_overtaken_by(other)) if other else (False, False)
        known.append(Came(there, revises=revises, ahead=ahead))
    try:
        tables = together([*(each.table for each in known), table], labels=joined_labels(dataset))
        known = [replace(each, table=rows) for each, rows in zip(known, tables, strict=False)]
        return news(tables[-1], known, identity=columns)
    except MemoryError:  # no fault of the file's
        raise
    except Exception as error:  # unforeseen: it must not keep the files after it out
        raise FilesDiffer(load.file, (str(error) or type(error).__name__).splitlines()[0]) from error
