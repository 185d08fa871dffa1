"""What is known of a model's performance: the newest statement about each window, beside what was said first."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts import scoring_keys
from courtside.contracts.days import shifted
from courtside.contracts.errors import BadInput
from courtside.contracts.events import Window
from courtside.contracts.records import LabelsIn, PerformanceProgress
from courtside.contracts.scoring import JudgedWindow, Role
from courtside.core.archive_schemas import PERFORMANCE, PROMISE_TESTS
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import ALL_DAYS, Days
from courtside.core.performance.windows import windows_between
from courtside.workflows.archive_log import performance_log, promise_tests_log
from courtside.workflows.believed import Beliefs
from courtside.workflows.lake_documents import find_document
from courtside.workflows.performance.judging import Judging
from courtside.workflows.performance.promises import Promises
from courtside.workflows.performance.unsettled import first_day
from courtside.workflows.ports import Lake

TOLD = PERFORMANCE.append(pa.field("first_value", pa.float64()))
"""A statement's columns, and what the first statement about the same line said."""

_LINE = ("version", "role", "segment_column", "segment", "metric")
_READERS = 16


class NoSuchSegment(BadInput):
    """Performance was asked for by a column that no prediction was kept with."""

    def __init__(self, column: str, known: tuple[str, ...]) -> None:
        self.column = column
        self.known = known
        named = f"there are figures by {', '.join(known)}" if known else "the contract names no `segments`"
        super().__init__(f"there are no figures by {column}; {named}")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figures: of windows that lie in `days`, as they were known on a day.

    `window` is their length (None: the contract's), `by` the column whose segments are shown (None: all rows),
    `version` a version and `role` a role (both None: champions).
    """

    as_of: date
    days: Days = ALL_DAYS
    window: timedelta | None = None
    by: str | None = None
    version: str | None = None
    role: Role | None = None

    def wants(self, *, role: str, version: str) -> bool:
        """Tell whether a version in a role is asked about."""
        if self.role is None and self.version is None:
            return role == Role.CHAMPION
        return self.version in {None, version} and self.role in {None, role}


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a model's performance.

    `lines` has the columns `TOLD`, ordered by window; `curve` says which share of the labels is in after how many days,
    and `waiting` which windows wait for theirs, both as of the last check. `tests` is what the promise tests said last,
    with the columns `PROMISE_TESTS`, where it is champions that are asked about.
    """

    model: str
    task: str
    length: timedelta
    mature: float
    lines: pa.Table
    curve: tuple[LabelsIn, ...]
    waiting: tuple[JudgedWindow, ...]
    tests: pa.Table


def told(asked: Asked, *, lake: Lake, dataset: Dataset, now: datetime) -> Told:
    """Return what was stated about windows of the contract's length, and judge those of another length now.

    Raises `NoSuchSegment`, `LogDamaged` and `DocumentDamaged`.
    """
    length = asked.window or dataset.performance.window
    stated = length == dataset.performance.window
    found = (
        _stated(asked, lake=lake, dataset=dataset)
        if stated
        else _judged(asked, length, lake=lake, dataset=dataset, now=now)
    )
    lines = pa.concat_tables([TOLD.empty_table(), *found])
    note = find_document(PerformanceProgress, scoring_keys.performance_progress(dataset.name), lake=lake)
    known = note is not None and note.as_of <= asked.as_of
    return Told(
        model=dataset.name,
        task=dataset.task,
        length=length,
        mature=dataset.performance.mature,
        lines=_chosen(lines, asked),
        curve=note.curve if note is not None and known else (),
        waiting=note.waiting if note is not None and known and stated else (),
        tests=_tests(asked, lake=lake, dataset=dataset),
    )


def _tests(asked: Asked, *, lake: Lake, dataset: Dataset) -> pa.Table:
    """Return what the promise tests said last by the day that is asked about."""
    log = promise_tests_log(dataset.name, lake=lake)
    looks = log.days(end=shifted(asked.as_of, timedelta(days=1)))
    if not looks or asked.role not in {None, Role.CHAMPION}:
        return PROMISE_TESTS.empty_table()
    newest = max(looks)
    return log.read(newest, looks[newest][-1])


def _stated(asked: Asked, *, lake: Lake, dataset: Dataset) -> Iterator[pa.Table]:
    """Yield the newest statement of each window that was made by the day that is asked about."""
    log, length = performance_log(dataset.name, lake=lake), dataset.performance.window
    start = None if asked.days.start is None else shifted(asked.days.start, timedelta(days=1) - length)
    files = [(day, number) for day, numbers in log.days(start, asked.days.end).items() for number in numbers]
    with ThreadPoolExecutor(_READERS) as pool:
        first: dict[date, pa.Table] = {}
        newest: dict[date, pa.Table] = {}
        for (day, _), table in zip(files, pool.map(lambda file: log.read(*file), files), strict=True):
            said = table.slice(0, 1).to_pylist()
            if said and said[0]["window_end"] - day == length and said[0]["stated_on"] <= asked.as_of:
                first.setdefault(day, table)
                newest[day] = table
    for day, table in newest.items():
        yield _with_first(table, first[day])


def _with_first(newest: pa.Table, first: pa.Table) -> pa.Table:
    if newest is first:
        return _appended(newest, newest.column("value"))
    said = dict(zip(_lines(first), first.column("value").to_pylist(), strict=True))
    return _appended(newest, pa.array([said.get(line) for line in _lines(newest)], pa.float64()))


def _lines(statement: pa.Table) -> Iterator[tuple[Any, ...]]:
    yield from zip(*(statement.column(name).to_pylist() for name in _LINE), strict=True)


def _appended(table: pa.Table, first: Any) -> pa.Table:
    return table.append_column(TOLD.field("first_value"), first)


def _judged(asked: Asked, length: timedelta, *, lake: Lake, dataset: Dataset, now: datetime) -> Iterator[pa.Table]:
    """Yield what would be said about windows of another length, which nobody has stated."""
    windows = _windows(asked, length, lake=lake, dataset=dataset)
    judging = Judging(dataset, Promises(dataset, lake), as_of=asked.as_of, now=now)
    beliefs = Beliefs(lake, dataset, asked.as_of).windows([Days(window.start, window.end) for window in windows])
    for window, (_, served) in zip(windows, beliefs, strict=True):
        if served.num_rows and judging.is_mature(window, served):
            said = judging.said(window, served)
            yield _appended(said, said.column("value"))


def _windows(asked: Asked, length: timedelta, *, lake: Lake, dataset: Dataset) -> list[Window]:
    """Return the windows that lie in the days that are asked about, and have ended."""
    first = first_day(dataset, lake=lake)
    if first is None:
        return []
    last = shifted(min(asked.days.end or asked.as_of, asked.as_of), timedelta(days=-1))
    first = max(first, asked.days.start or first)
    if first > last:
        return []
    found = windows_between(first, last, length)
    return [window for window in found if window.end <= asked.as_of]


def _chosen(lines: pa.Table, asked: Asked) -> pa.Table:
    """Return the lines of the versions and parts that are asked about."""
    by = lines.column("segment_column")
    if asked.by is not None and lines.num_rows and asked.by not in by.to_pylist():
        raise NoSuchSegment(asked.by, tuple(sorted({each for each in by.to_pylist() if each is not None})))
    parts: Any = by.is_null() if asked.by is None else pc.equal(by, pa.scalar(asked.by))
    chosen = lines.filter(parts)
    who = chosen.select(["role", "version"]).to_pylist()
    wanted = [asked.wants(role=each["role"], version=each["version"]) for each in who]
    return chosen.filter(pa.array(wanted, pa.bool_()))
