"""Small files of past days are merged, and nobody who reads sees a row twice, misses one, or sees another number."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from courtside.contracts import scoring_keys
from courtside.contracts.archive import TABLES, table_named
from courtside.core.archive_schemas import ESTIMATES
from courtside.core.parquet import parquet_content
from courtside.workflows.archive.compact import FEWEST, Compacted, compact
from courtside.workflows.archive.read import Archive
from courtside.workflows.archive_log import Since, estimates_log
from tests.fakes.dying_lake import BrokeOff, InterruptedLake
from tests.fakes.ports import InMemoryLake

TABLE = table_named("estimates")
DAY, TODAY = date(2026, 3, 1), date(2026, 3, 20)
PREFIX = TABLE.of("churn")


def said(number: int, rows: int = 2) -> pa.Table:
    row: dict[str, Any] = {
        "window_start": DAY, "window_end": TODAY, "version": f"v{number}", "method": "m", "metric": "auc",
        "rows": number, "made_as_of": DAY, "recorded_at": datetime(2026, 3, number, tzinfo=UTC),
    }  # fmt: skip
    return pa.Table.from_pylist([row | {"value": each / 10} for each in range(rows)], schema=ESTIMATES)


def append(lake: InMemoryLake, *numbers: int, day: date = DAY) -> None:
    for number in numbers:
        estimates_log("churn", lake=lake).append(day, lambda _, number=number: said(number))  # type: ignore[misc]


def crowded(lake: InMemoryLake) -> InMemoryLake:
    append(lake, *range(1, FEWEST + 2))
    append(lake, 1, day=TODAY)
    return lake


def by_number(lake: InMemoryLake) -> list[tuple[int, pa.Table]]:
    log = estimates_log("churn", lake=lake)
    return [(number, log.read(DAY, number)) for number in log.days()[DAY]]


def files(lake: InMemoryLake, day: date = DAY) -> list[str]:
    return [key.rpartition("/")[2] for key in lake.keys(TABLE.day_of("churn", day))]


def test_a_past_day_with_many_files_has_one_that_says_the_same_to_every_reader() -> None:
    lake = crowded(InMemoryLake())
    numbered, rows = by_number(lake), Archive(lake).read(TABLE, "churn")
    assert compact("churn", before=TODAY, lake=lake) == Compacted(days=1, removed=FEWEST + 1)
    assert files(lake) == ["000001-000009.parquet"]
    assert by_number(lake) == numbered
    assert Archive(lake).read(TABLE, "churn") == rows
    assert compact("churn", before=TODAY, lake=lake) == Compacted()


def test_days_that_are_not_over_or_have_few_files_are_left_alone() -> None:
    lake = InMemoryLake()
    append(lake, *range(1, FEWEST))
    append(lake, *range(1, FEWEST + 1), day=TODAY)
    before = dict(lake.objects)
    assert compact("churn", before=TODAY, lake=lake) == Compacted()
    assert lake.objects == before


def test_what_is_said_after_a_merger_has_the_next_number_and_is_merged_in_turn() -> None:
    lake = crowded(InMemoryLake())
    compact("churn", before=TODAY, lake=lake)
    append(lake, 10)
    assert files(lake) == ["000001-000009.parquet", "000010.parquet"]
    append(lake, *range(11, 17))
    numbered = by_number(lake)
    assert compact("churn", before=TODAY, lake=lake).days == 1
    assert files(lake) == ["000001-000016.parquet"]
    assert by_number(lake) == numbered


def test_tables_whose_rows_do_not_say_which_is_newer_are_not_merged() -> None:
    """Of predictions and labels the file says so, and queries order by its name."""
    assert {table.name for table in TABLES.values() if table.merges} == {
        "estimates", "evidence", "performance", "promise_tests",
    }  # fmt: skip


def test_old_files_with_fewer_columns_are_merged_with_null() -> None:
    lake = crowded(InMemoryLake())
    older = said(3).drop_columns(["why", "refused"])
    lake.write(scoring_keys.file_of_log(PREFIX, DAY, 3), parquet_content(older))
    numbered = by_number(lake)
    assert compact("churn", before=TODAY, lake=lake).days == 1
    assert by_number(lake) == numbered


def test_after_a_gap_files_keep_their_numbers() -> None:
    lake = crowded(InMemoryLake())
    append(lake, *range(10, 14))
    lake.remove([scoring_keys.file_of_log(PREFIX, DAY, 10)])
    numbered = by_number(lake)
    compact("churn", before=TODAY, lake=lake)
    assert files(lake) == ["000001-000009.parquet", "000011.parquet", "000012.parquet", "000013.parquet"]
    assert by_number(lake) == numbered


class DyingLake(InterruptedLake):
    """Removes one file after the other, as S3 does, so that a process may be killed between two."""

    def remove(self, keys: Any) -> None:
        for key in keys:
            super().remove([key])


@pytest.mark.parametrize("change", range(1, FEWEST + 3))
def test_killed_at_any_point_every_row_is_read_once_and_the_next_merger_ends_it(change: int) -> None:
    lake = DyingLake()
    crowded(lake)
    numbered, rows = by_number(lake), Archive(lake).read(TABLE, "churn")
    lake.changes_left = change
    with pytest.raises(BrokeOff):
        compact("churn", before=TODAY, lake=lake)
    assert by_number(lake) == numbered
    assert Archive(lake).read(TABLE, "churn") == rows
    compact("churn", before=TODAY, lake=lake)
    assert files(lake) == ["000001-000009.parquet"]
    assert by_number(lake) == numbered


@pytest.mark.parametrize("change", range(1, FEWEST + 3))
def test_two_at_once_are_as_one(change: int) -> None:
    lake = DyingLake()
    crowded(lake)
    numbered = by_number(lake)

    def other() -> None:
        append(lake, 10)
        compact("churn", before=TODAY, lake=lake)

    lake.changes_left, lake.interrupt = change, other
    compact("churn", before=TODAY, lake=lake)
    found = by_number(lake)
    assert found[:-1] == numbered
    assert [number for number, _ in found] == list(range(1, 11))
    compact("churn", before=TODAY, lake=lake)
    assert [number for number, _ in by_number(lake)] == list(range(1, 11))


def test_a_writer_with_an_old_listing_does_not_write_where_files_were_merged() -> None:
    """The number that it takes is free only because the file that had it was merged meanwhile."""
    lake = crowded(InMemoryLake())
    seen: list[int] = []

    def news(since: Since) -> pa.Table:
        seen.extend(since.numbers)
        return said(20)

    compact("churn", before=TODAY, lake=lake)
    estimates_log("churn", lake=lake).append(DAY, news, known=[1, 2, 3])
    assert seen == list(range(1, 10))
    numbered = by_number(lake)
    assert [number for number, _ in numbered] == list(range(1, 11))
    assert numbered[-1][1] == said(20)
    assert Archive(lake).read(TABLE, "churn", end=TODAY).column("version").to_pylist().count("v20") == 2


def test_a_reader_with_an_old_listing_finds_what_was_merged() -> None:
    lake = crowded(InMemoryLake())
    log = estimates_log("churn", lake=lake)
    numbers = log.days()[DAY]
    compact("churn", before=TODAY, lake=lake)
    assert [log.read(DAY, number) for number in numbers] == [said(number) for number in numbers]
