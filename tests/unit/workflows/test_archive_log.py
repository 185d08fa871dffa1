from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from courtside.contracts import lake_keys, scoring_keys
from courtside.core.archive_schemas import LABELS
from courtside.core.parquet import parquet_content
from courtside.workflows.archive_log import MOST_ROWS, ArchiveLog, LogBusy, LogDamaged, Since
from tests.fakes.ports import InMemoryLake

DAY = date(2026, 3, 3)
PREFIX = lake_keys.labels("churn")


def labels(*ids: str) -> pa.Table:
    rows = [
        {"id": each, "label": "1", "known_on": DAY, "recorded_at": datetime(2026, 3, 3, tzinfo=UTC), "source": "table",
         "revision": 1}
        for each in ids
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=LABELS)


def log_of(lake: InMemoryLake) -> ArchiveLog:
    return ArchiveLog(lake, PREFIX, LABELS)


def ids_in(log: ArchiveLog, day: date = DAY) -> list[str]:
    return [each for number in log.numbers(day) for each in log.read(day, number).column("id").to_pylist()]


class OnlyNew:
    """Appends what is not there yet."""

    def __init__(self, *wanted: str) -> None:
        self.wanted = wanted
        self.known: set[str] = set()
        self.reads = 0

    def __call__(self, since: Since) -> pa.Table | None:
        for table in since:
            self.reads += 1
            self.known |= set(table.column("id").to_pylist())
        return labels(*(each for each in self.wanted if each not in self.known))


def test_what_is_there_already_is_not_written_again() -> None:
    log = log_of(InMemoryLake())
    assert log.append(DAY, OnlyNew("a", "b")) == labels("a", "b")
    assert log.append(DAY, OnlyNew("b", "a")) is None
    assert log.append(DAY, OnlyNew("b", "c")) == labels("c")
    assert ids_in(log) == ["a", "b", "c"]
    assert log.days() == {DAY: [1, 2]}
    assert (log.days(end=DAY), log.days(start=DAY)) == ({}, {DAY: [1, 2]})


def test_of_two_at_once_the_later_one_sees_what_the_first_wrote() -> None:
    lake = InMemoryLake()
    mine, theirs = OnlyNew("a", "b"), OnlyNew("b", "c")

    def interrupted(since: Since) -> pa.Table | None:
        found = mine(since)
        if not theirs.known:
            theirs.known.add("")
            log_of(lake).append(DAY, theirs)
        return found

    assert log_of(lake).append(DAY, interrupted) == labels("a")
    assert ids_in(log_of(lake)) == ["b", "c", "a"]
    assert mine.reads == 1


def test_a_log_that_others_keep_writing_to_is_given_up() -> None:
    lake = InMemoryLake()

    def overtaken(_: Since) -> pa.Table:
        log_of(lake).append(DAY, lambda _: labels("x"))
        return labels("y")

    with pytest.raises(LogBusy, match="run the same command again"):
        log_of(lake).append(DAY, overtaken)


def test_a_file_that_somebody_changed_is_named() -> None:
    lake = InMemoryLake()
    key = scoring_keys.file_of_log(PREFIX, DAY, 1)
    lake.write(key, b"something else")
    with pytest.raises(LogDamaged, match=key):
        log_of(lake).read(DAY, 1)


def test_columns_that_came_later_are_empty_in_older_files() -> None:
    lake = InMemoryLake()
    older = labels("a").drop_columns(["label"])
    lake.write(scoring_keys.file_of_log(PREFIX, DAY, 1), parquet_content(older))
    assert log_of(lake).read(DAY, 1).column("label").to_pylist() == [None]


def test_a_file_holds_no_more_than_so_many_rows() -> None:
    with pytest.raises(ValueError, match="too many for one file"):
        log_of(InMemoryLake()).append(DAY, lambda _: labels("a").take(pa.array([0] * (MOST_ROWS + 1))))


def test_the_keys_of_a_log_name_day_and_number() -> None:
    for number in (1, 999_999, 1_000_000):
        assert scoring_keys.log_file_of(scoring_keys.file_of_log(PREFIX, DAY, number)) == (DAY, number)
    for other in ("archive/labels/model=churn/dt=2026-13-40/000001.parquet", f"{PREFIX}notes.txt"):
        assert scoring_keys.log_file_of(other) is None
