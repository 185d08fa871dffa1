"""Rows on disk: each table comes back with its own columns, in its order, with all rows of an id in one part."""

from itertools import chain
from pathlib import Path

import pyarrow as pa
import pytest

from courtside.workflows.predict.apart import PARTS, Apart, NoRoomToPredict, Room
from courtside.workflows.spill import folder_to_spill


def numbered(first: int, count: int, kind: pa.DataType) -> pa.Table:
    return pa.table({"number": pa.array(range(first, first + count), pa.int64()).cast(kind)})


def add(apart: Apart, table: pa.Table) -> None:
    apart.add(table, table.column("number").cast(pa.string()).combine_chunks())


def test_tables_stay_in_memory_while_they_fit(tmp_path: Path) -> None:
    apart = Apart(Room(tmp_path))
    add(apart, numbered(0, 10, pa.int64()))
    found, end = apart.read(0)
    add(apart, numbered(10, 10, pa.int32()))
    more, _ = apart.read(0, end)
    assert (apart.parts, [table.num_rows for table in (*found, *more)], list(tmp_path.iterdir())) == (1, [10, 10], [])


def test_more_tables_lie_apart_with_the_columns_that_each_has(tmp_path: Path) -> None:
    apart = Apart(Room(tmp_path, 500))
    for first in range(0, 1_000, 100):
        add(apart, numbered(first, 100, pa.int64() if first % 200 else pa.int32()))
    add(apart, numbered(0, 1_000, pa.string()))
    found, ends = {}, {}
    for part in range(PARTS):
        tables, ends[part] = apart.read(part)
        numbers = [[int(each) for each in table.column("number").to_pylist()] for table in tables]
        assert sorted({each for table in numbers[:-1] for each in table}) == sorted(numbers[-1])
        found[part] = list(chain(*numbers[:-1]))
        assert found[part] == sorted(found[part])
    assert sorted(chain(*found.values())) == list(range(1_000))
    add(apart, numbered(7, 1, pa.int64()))
    later = {part: apart.read(part, ends[part])[0] for part in range(PARTS)}
    assert [part for part, tables in later.items() if tables] == [next(part for part in found if 7 in found[part])]


def test_a_missing_id_is_one_of_its_own(tmp_path: Path) -> None:
    apart = Apart(Room(tmp_path, 0))
    apart.add(numbered(0, 2, pa.int64()), pa.array([None, "a"], pa.string()))
    assert sum(table.num_rows for part in range(PARTS) for table in apart.read(part)[0]) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_disk_that_is_full_is_named() -> None:
    with pytest.raises(NoRoomToPredict, match="no room left for the rows to predict"):
        fill()


def fill() -> None:
    with folder_to_spill(NoRoomToPredict) as folder:
        for part in range(PARTS):
            (folder / str(part)).symlink_to("/dev/full")
        add(Apart(Room(folder, 0)), numbered(0, 1_000, pa.int64()))
