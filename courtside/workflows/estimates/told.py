"""What is known of estimates: the newest one of each window that waits, and how far off earlier ones were."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from courtside.contracts.days import shifted
from courtside.contracts.scoring import Role
from courtside.core.archive_schemas import ESTIMATES
from courtside.core.dataset import Dataset
from courtside.core.performance.estimate_errors import CameTrue, PastErrors, past_errors
from courtside.core.performance.rules import EstimateMethod
from courtside.workflows.archive_log import ArchiveLog, estimates_log, performance_log
from courtside.workflows.performance.told import Asked
from courtside.workflows.ports import Lake

_READERS = 16
_OF_STATEMENTS = ("window_end", "version", "role", "segment", "metric", "value", "stated_on")


@dataclass(frozen=True, slots=True)
class ToldEstimates:
    """What is known of a model's estimates by the `method` that its contract names.

    `lines` has the columns `ESTIMATES`, ordered by window; `errors` has an entry for each metric whose estimates have
    met labels.
    """

    method: EstimateMethod
    lines: pa.Table
    errors: tuple[PastErrors, ...] = ()


def told_estimates(asked: Asked, *, lake: Lake, dataset: Dataset) -> ToldEstimates:
    """Return the newest estimate of each window about which nothing was stated by the day that is asked about.

    There are none of parts, of other roles than the champion's and of windows of another length than the contract's.
    Past windows count wherever they lie. Raises `LogDamaged`.
    """
    rules = dataset.performance
    lines, past = [ESTIMATES.empty_table()], []
    method = rules.method_for(dataset.task)
    if method is not EstimateMethod.NONE and _has_estimates(asked, dataset):
        archive = _Archive(
            asked.as_of,
            rules.window,
            method,
            estimates_log(dataset.name, lake=lake),
            performance_log(dataset.name, lake=lake),
        )
        for estimate, first in archive.windows():
            if first is None:
                lines.append(estimate)
            else:
                past.append(_came_true(estimate, first))
    return ToldEstimates(method, _chosen(pa.concat_tables(lines), asked), tuple(past_errors(past)))


def _has_estimates(asked: Asked, dataset: Dataset) -> bool:
    """Tell whether a question is about all rows of champions, in windows of the contract's length."""
    own_length = asked.window in {None, dataset.performance.window}
    return own_length and asked.by is None and asked.role in {None, Role.CHAMPION}


@dataclass(frozen=True, slots=True)
class _Archive:
    """What was known on a day of windows of a length, estimated by one method."""

    as_of: date
    length: timedelta
    method: EstimateMethod
    estimates: ArchiveLog
    statements: ArchiveLog

    def windows(self) -> list[tuple[pa.Table, pa.Table | None]]:
        """Return each window's newest estimate, and what was first stated of it; the estimate is of before that."""
        estimated, stated = self.estimates.days(), self.statements.days()
        with ThreadPoolExecutor(_READERS) as pool:
            found = list(pool.map(lambda day: self._window(day, estimated[day], stated.get(day, [])), estimated))
        return [(estimate, first) for estimate, first in found if estimate is not None]

    def _window(self, day: date, estimated: list[int], stated: list[int]) -> tuple[pa.Table | None, pa.Table | None]:
        first = self._first(day, stated)
        until = shifted(self.as_of, timedelta(days=1)) if first is None else _value(first, "stated_on")
        for number in reversed(estimated):
            table = self.estimates.read(day, number)
            if self._is_window(table, day) and _value(table, "made_as_of") < until:
                return (table if _value(table, "method") == self.method else None), first
        return None, first

    def _first(self, day: date, stated: list[int]) -> pa.Table | None:
        for number in stated:
            table = self.statements.read(day, number, columns=_OF_STATEMENTS)
            if self._is_window(table, day):
                return table if _value(table, "stated_on") <= self.as_of else None
        return None

    def _is_window(self, table: pa.Table, day: date) -> bool:
        return bool(table.num_rows) and _value(table, "window_end") == day + self.length


def _came_true(estimate: pa.Table, first: pa.Table) -> CameTrue:
    """Return an estimate beside what was first stated of the version that it is about."""
    version = _value(estimate, "version")
    realised = {
        row["metric"]: row["value"]
        for row in first.to_pylist()
        if (row["role"], row["version"], row["segment"]) == (Role.CHAMPION, version, None)
    }
    return CameTrue({row["metric"]: row for row in estimate.to_pylist()}, realised)


def _chosen(lines: pa.Table, asked: Asked) -> pa.Table:
    """Return the lines of the days and the version that are asked about."""
    start, end = asked.days.start or date.min, asked.days.end or date.max
    wanted = [
        row["window_start"] < end and row["window_end"] > start and asked.version in {None, row["version"]}
        for row in lines.select(["window_start", "window_end", "version"]).to_pylist()
    ]
    return lines.filter(pa.array(wanted, pa.bool_()))


def _value(table: pa.Table, column: str) -> Any:
    return table.column(column)[0].as_py()
