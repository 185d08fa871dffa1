"""The files of a table one after the other, without rows that later files revised, whether or not they fit into memory.

Files that fit are read once. Of more, those that revise others have to be known before the first one is looked at, so
all are read twice: for the ids of their rows, which lie apart on disk, and for the rows.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days, NothingReadable
from courtside.core.drift.reports.quarantine import QuarantinedFile
from courtside.core.rows.ids import ids_of
from courtside.core.rows.overlap import identity
from courtside.workflows.loads import in_order, read_loads
from courtside.workflows.ports import Lake
from courtside.workflows.predict.apart import PARTS, Apart, Room
from courtside.workflows.row_source import FilesDiffer
from courtside.workflows.rows import ReadFile, counting_files, read_files, rows_of

_FILE, _ROW = "\0file", "\0row"
_Found = ReadFile | QuarantinedFile
Rows = NDArray[np.int64]


def counted_files(days: Days, *, lake: Lake, dataset: Dataset, room: Room) -> Iterator[_Found]:
    """Yield the files that may hold rows of these days, and those that cannot be read; there may be none.

    Raises `NothingReadable`, `FilesDiffer` and `LoadsDamaged`.
    """
    found = read_files(days, lake=lake, dataset=dataset)
    held, size = deque[_Found](), 0
    for each in found:
        held.append(each)
        size += each.table.nbytes if isinstance(each, ReadFile) else 0
        if size > room.most_in_memory:
            break
    else:
        yield from _whole(held, lake=lake, dataset=dataset)
        return
    every = chain(_emptied(held), found)
    if not _any_revises(days, lake=lake, dataset=dataset):
        yield from every
        return
    superseded = _superseded(every, dataset, room)
    for each in read_files(days, lake=lake, dataset=dataset):
        if not isinstance(each, ReadFile):
            yield each
        elif each.name in superseded:  # others came in the meantime, and are for the next round
            yield replace(each, table=_without(each.table, superseded[each.name]))


def _whole(found: Iterable[_Found], *, lake: Lake, dataset: Dataset) -> Iterator[_Found]:
    files = [each for each in found if isinstance(each, ReadFile)]
    quarantined = [each for each in found if not isinstance(each, ReadFile)]
    if quarantined and not files:
        raise NothingReadable(lake.uri(rows_of(dataset).prefix), quarantined)
    yield from quarantined
    yield from counting_files(files, dataset)


def _emptied(held: deque[_Found]) -> Iterator[_Found]:
    while held:
        yield held.popleft()


def _any_revises(days: Days, *, lake: Lake, dataset: Dataset) -> bool:
    source = rows_of(dataset)
    keys = in_order(lake.keys(source.prefix), read_loads(source.prefix, lake=lake)[0])
    return any(revises and source.holds(key, days) for key, revises in keys.items())


def _superseded(files: Iterable[_Found], dataset: Dataset, room: Room) -> dict[str, list[Rows]]:
    """Return the numbers of the rows of each file that a later one revises."""
    columns, names, revises = identity(dataset), list[str](), list[bool]()
    apart = Apart(room, PARTS)
    for file in files:
        if not isinstance(file, ReadFile):
            continue
        try:
            ids = file.table.select(columns)
            text = ids_of(ids, dataset)
        except (pa.ArrowException, KeyError) as error:
            raise FilesDiffer(file.name, str(error).splitlines()[0]) from error
        rows = ids.num_rows
        ids = ids.append_column(_FILE, pa.array(np.full(rows, len(names))))
        apart.add(ids.append_column(_ROW, pa.array(np.arange(rows))), text)
        names.append(file.name)
        revises.append(file.revises)
    found: dict[str, list[Rows]] = {name: [] for name in names}
    for part in range(PARTS):
        for number, rows_of_file in _superseded_of(apart.read(part)[0], names, revises, dataset):
            found[names[number]].append(rows_of_file)
    return found


def _superseded_of(
    tables: Sequence[pa.Table], names: Sequence[str], revises: Sequence[bool], dataset: Dataset
) -> Iterator[tuple[int, Rows]]:
    """Yield the number of each file that has such rows, with the numbers of the rows."""
    came = [each for table in tables for each in _by_file(table)]
    files = [ReadFile(names[number], table, revises[number]) for number, table in came]
    for (number, before), after in zip(came, counting_files(files, dataset), strict=True):
        gone = np.setdiff1d(before.column(_ROW).to_numpy(), after.table.column(_ROW).to_numpy())
        if gone.size:
            yield number, gone


def _by_file(table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """Yield the rows of each file, which follow one another."""
    numbers = table.column(_FILE).to_numpy()
    starts = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), table.num_rows]
    for start, end in pairwise(starts):
        yield int(numbers[start]), table.slice(start, end - start)


def _without(table: pa.Table, gone: Sequence[Rows]) -> pa.Table:
    kept = np.ones(table.num_rows, bool)
    for rows in gone:
        kept[rows] = False
    return table if kept.all() else table.filter(pa.array(kept))
