"""A load that breaks off, or that another one overtakes, loses and doubles nothing."""

from dataclasses import replace

import pytest

from courtside.contracts.loads import LoadState
from courtside.workflows.loads import read_loads
from courtside.workflows.table_loads import RowsLoadedBefore
from tests.fakes.dying_lake import BrokeOff, InterruptedLake
from tests.fakes.table_loads import FIRST, SECOND, TABLE, load, rows, unload
from tests.unit.workflows.churn_lake import PREFIX


@pytest.mark.parametrize("changes", range(1, 6))
def test_an_interrupted_load_leaves_whole_files_and_can_be_repeated(changes: int) -> None:
    lake = InterruptedLake()
    load(FIRST, lake)
    lake.changes_left = changes
    with pytest.raises(BrokeOff):
        load(SECOND, lake)
    lake.changes_left = -1
    assert rows(lake) in {600, 900}
    load(SECOND, lake)
    assert rows(lake) == 900
    assert all(each.state is LoadState.LOADED for each in read_loads(PREFIX, lake=lake)[0].loads)
    assert not [key for key in lake.keys(PREFIX) if "_arriving" in key]


@pytest.mark.parametrize("changes", range(1, 5))
def test_an_interrupted_unload_can_be_repeated(changes: int) -> None:
    lake = InterruptedLake()
    first = load(FIRST, lake).load
    load(SECOND, lake)
    lake.changes_left = changes
    with pytest.raises(BrokeOff):
        unload(first.id, lake)
    lake.changes_left = -1
    unload(first.id, lake)
    assert rows(lake) == 300


@pytest.mark.parametrize("changes", range(1, 6))
@pytest.mark.parametrize("start", [600, 500])
def test_of_two_simultaneous_loads_none_is_lost_and_none_is_doubled(start: int, changes: int) -> None:
    lake = InterruptedLake()
    load(TABLE.slice(0, 200), lake)
    other, refused = replace(lake), []

    def interrupt() -> None:
        try:
            load(TABLE.slice(start), other, file="other.parquet")
        except RowsLoadedBefore as error:
            refused.append(error)

    lake.changes_left, lake.interrupt = changes, interrupt
    try:
        load(TABLE.slice(200, 400), lake, file="mine.parquet")
    except RowsLoadedBefore as error:
        refused.append(error)
    assert (rows(lake), len(refused)) == ((900, 0) if start == 600 else (600, 1))


@pytest.mark.parametrize("changes", range(1, 6))
def test_two_loads_of_one_file_at_once_leave_it_once_and_nothing_else(changes: int) -> None:
    lake = InterruptedLake()
    load(FIRST, lake)
    other = replace(lake)
    lake.changes_left, lake.interrupt = changes, lambda: load(SECOND, other)
    load(SECOND, lake)
    assert rows(lake) == 900
    assert not [key for key in lake.keys(PREFIX) if "_arriving" in key]
