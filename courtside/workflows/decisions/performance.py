"""What is known of a champion's performance when something is decided about it, read from the archives."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from courtside.contracts.days import shifted
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import Window
from courtside.contracts.records.situations import Known, PerformanceFacts
from courtside.contracts.scoring import PromiseTest, Role
from courtside.core.dataset import Dataset
from courtside.core.performance.losses import LOSSES
from courtside.core.performance.metrics import Metric, metrics_of
from courtside.core.performance.promise_tests import newest_of
from courtside.core.performance.rules import EstimateMethod
from courtside.core.performance.seen import Estimated, PerformanceSeen
from courtside.core.performance.wording import TREND
from courtside.core.tasks import REGRESSION
from courtside.workflows.archive_log import ArchiveLog, estimates_log, performance_log, promise_tests_log
from courtside.workflows.ports import Lake

logger = logging.getLogger(__name__)

NOT_JUDGED = "no window of its predictions has its labels yet"
_NOT_ESTIMATED = f"{NOT_JUDGED}, and the contract says `performance: {{estimate: none}}`"
_UNASKED = f"{NOT_JUDGED}, and values are estimated only where the contract says `performance: {{estimate: dle}}`"


def performance_seen(version: str, as_of: date, *, lake: Lake, dataset: Dataset) -> PerformanceSeen:
    """Return what was known on a day of the performance of a champion; an archive that is damaged makes it unknown."""
    try:
        return _Archives(dataset, lake, as_of).seen(version)
    except CourtsideError as error:
        logger.warning("the performance of %s is unknown to this decision: %s", dataset.name, error)
        return PerformanceSeen(PerformanceFacts(why_unknown=str(error)))


@dataclass(frozen=True, slots=True)
class _Archives:
    """A model's archives as they were on a day."""

    dataset: Dataset
    lake: Lake
    as_of: date

    def seen(self, version: str) -> PerformanceSeen:
        metric = metrics_of(self.dataset.task)[0]
        lines = [row for table in self._statements() for row in table.to_pylist() if _is_shown(row, metric)]
        tests = self._tests(version)
        estimate, why = self._estimate(version, metric)
        own = [row for row in lines if row["version"] == version and row["value"] is not None]
        facts = PerformanceFacts(metric=metric.name, tests=tests)
        if own:
            facts = facts.model_copy(update=_realised(own[-1]))
            if estimate is not None and estimate.window.start <= own[-1]["window_start"]:
                estimate = None
        elif estimate is not None:
            facts = facts.model_copy(
                update={
                    "known": Known.ESTIMATED,
                    "window": estimate.window,
                    "rows": estimate.rows,
                    "value": estimate.value,
                    "promise": estimate.constant,
                }
            )
        else:
            facts = facts.model_copy(update={"why_unknown": why})
        return PerformanceSeen(facts, tuple(row["value"] for row in lines), estimate)

    def _statements(self) -> list[pa.Table]:
        """Return what was said last by the day about each of the newest windows, oldest first."""
        log = performance_log(self.dataset.name, lake=self.lake)
        days = list(log.days(end=self.as_of).items())[-TREND:]
        with ThreadPoolExecutor(TREND) as pool:
            found = pool.map(lambda each: self._newest(log, *each, made="stated_on"), days)
            return [table for table in found if table is not None]

    def _newest(self, log: ArchiveLog, day: date, numbers: list[int], *, made: str) -> pa.Table | None:
        """Return the newest table of a day of a log that was `made` by the day that is asked about."""
        for number in reversed(numbers):
            table = log.read(day, number)
            if table.num_rows and table.column(made)[0].as_py() <= self.as_of:
                return table
        return None

    def _tests(self, version: str) -> tuple[PromiseTest, ...]:
        log = promise_tests_log(self.dataset.name, lake=self.lake)
        looks = log.days(end=shifted(self.as_of, timedelta(days=1)))
        if not looks:
            return ()
        newest = max(looks)
        loss, names = next(iter(LOSSES[self.dataset.task])), PromiseTest.model_fields
        rows = newest_of(log.read(newest, looks[newest][-1]), loss=loss, version=version)
        return tuple(PromiseTest(**{name: row[name] for name in names}) for row in rows)

    def _estimate(self, version: str, metric: Metric) -> tuple[Estimated | None, str]:
        """Return the newest estimate about a version, or why there is none."""
        method, why = self.dataset.performance.method_for(self.dataset.task), NOT_JUDGED
        if method is EstimateMethod.NONE:
            return None, _UNASKED if self.dataset.task == REGRESSION else _NOT_ESTIMATED
        log = estimates_log(self.dataset.name, lake=self.lake)
        for day, numbers in reversed(list(log.days(end=self.as_of).items())[-TREND:]):
            table = self._newest(log, day, numbers, made="made_as_of")
            for row in () if table is None else table.to_pylist():
                if (row["version"], row["metric"], row["method"]) != (version, metric.name, method):
                    continue
                if row["value"] is not None:
                    window = Window(start=row["window_start"], end=row["window_end"])
                    return Estimated(window, method.value, row["value"], row["constant"], row["rows"]), ""
                why = f"{NOT_JUDGED}, and it cannot be estimated: {row['why']}" if row["why"] else why
        return None, why


def _is_shown(row: dict[str, Any], metric: Metric) -> bool:
    return (row["role"], row["segment"], row["metric"]) == (Role.CHAMPION, None, metric.name)


def _realised(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "known": Known.REALISED,
        "window": Window(start=row["window_start"], end=row["window_end"]),
        "rows": row["labelled"],
        **{name: row[name] for name in ("value", "low", "high", "promise")},
    }
