"""A statement is written once, and never by one that knew less than the statement before."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from courtside.contracts.scoring import WindowState
from courtside.core.performance.judge import judge
from courtside.core.performance.statements import statement_table
from courtside.workflows.archive_log import performance_log
from courtside.workflows.performance.statements import Stating
from tests.fakes.ports import InMemoryLake
from tests.unit.core.performance.worlds import WEEK, World, served

LABELS, SAID, DAY = World().draw(1, 100, days=7)
TODAY = date(2026, 3, 20)
NOW = datetime(2026, 3, 20, tzinfo=UTC)


def said(*, unlabelled: int = 0, on: date = TODAY, files: int = 10) -> pa.Table:
    judged = judge(served(LABELS, SAID, DAY, unlabelled=unlabelled), WEEK, promises={})
    return statement_table(judged, WEEK, stated_on=on, recorded_at=NOW, statement=0, files=files)


@pytest.fixture
def lake() -> InMemoryLake:
    return InMemoryLake()


def state(lake: InMemoryLake, table: pa.Table) -> WindowState | None:
    return Stating(WEEK, table).state(performance_log("loans", lake=lake))


def numbers(lake: InMemoryLake) -> list[int]:
    log = performance_log("loans", lake=lake)
    return [log.read(WEEK.start, number).column("statement")[0].as_py() for number in log.numbers(WEEK.start)]


def test_the_first_states_and_one_that_differs_restates(lake: InMemoryLake) -> None:
    assert state(lake, said(unlabelled=5)) is WindowState.STATED
    assert state(lake, said(unlabelled=5, files=20)) is None
    assert state(lake, said(files=20)) is WindowState.RESTATED
    assert state(lake, said(unlabelled=5, files=30)) is WindowState.RESTATED
    assert numbers(lake) == [1, 2, 3]


@pytest.mark.parametrize(
    "less", [{"files": 9}, {"on": TODAY - timedelta(days=1)}, {"on": TODAY - timedelta(days=1), "files": 99}]
)
def test_one_that_knew_less_says_nothing(lake: InMemoryLake, less: dict[str, int]) -> None:
    state(lake, said())
    assert state(lake, said(unlabelled=5, **less)) is None  # type: ignore[arg-type] # of several types
    assert numbers(lake) == [1]


def test_one_without_rows_says_nothing(lake: InMemoryLake) -> None:
    assert state(lake, said().slice(0, 0)) is None
    state(lake, said())
    assert state(lake, said().slice(0, 0)) is None
    assert numbers(lake) == [1]
