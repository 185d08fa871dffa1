"""Loans that are predicted day by day on a stage in memory, and repaid or not later, so that a model is judged."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

import numpy as np
import pyarrow as pa

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.scoring import PerformanceRequest, PerformanceResponse
from courtside.core.archive_schemas import PERFORMANCE
from courtside.core.parquet import parquet_content
from courtside.workflows.archive_log import ArchiveLog, evidence_log, promise_tests_log
from courtside.workflows.performance.check import CheckPerformance
from tests.fakes.predicting import LoansStage, loans

MONDAY = date(2026, 3, 9)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def days(number: int) -> timedelta:
    return timedelta(days=number)


@dataclass
class JudgedLoans(LoansStage):
    """A stage whose loans of one day stand in one file; `amounts` are those of each day."""

    amounts: dict[date, list[float | None]] = field(default_factory=dict)

    def copied(self) -> Self:
        """Return a stage that goes on from here by itself."""
        lake = type(self.lake)(dict(self.lake.objects))
        ledger = type(self.ledger)(dict(self.ledger.documents))
        return replace(self, lake=lake, ledger=ledger, amounts=dict(self.amounts))

    def ask(self, day: date, count: int = 12, *, seed: int = 0) -> None:
        """Let people ask for loans on a day, and predict as of it."""
        drawn = np.random.default_rng(day.toordinal() + seed).uniform(0.05, 0.95, count)
        self.amounts[day] = [float(each) for each in drawn]
        self._put(day, None)
        self.predict(day, now=noon(day))

    def repay(self, day: date, *, wrong: int = 0, known: int | None = None) -> None:
        """Let it be known which loans of a day were repaid: the large ones, but for the first `wrong` of them."""
        amounts = self.amounts[day]
        truth: list[int | None] = [int((each or 0) > 0.5) for each in amounts]
        truth[:wrong] = [1 - (each or 0) for each in truth[:wrong]]
        if known is not None:
            truth[known:] = [None] * (len(truth) - known)
        self._put(day, truth)

    def _put(self, day: date, truth: list[int | None] | None) -> None:
        amounts = self.amounts[day]
        table = loans(day.toordinal() * 1_000, amounts, day=day)
        column = pa.array([None] * len(amounts) if truth is None else truth, pa.int8())
        self.put(day.isoformat(), table.set_column(table.schema.get_field_index("repaid"), "repaid", column))

    def week(self, monday: date = MONDAY, *, wrong: int = 1, repaid: bool = True) -> None:
        """Let a week of loans be asked for and repaid."""
        for number in range(7):
            self.ask(monday + days(number))
            if repaid:
                self.repay(monday + days(number), wrong=wrong)

    def promised(self, version: str, *, rows: int = 400) -> None:
        """Leave the holdout of a version's training in the lake."""
        rng = np.random.default_rng(int(version))
        said = rng.uniform(0.05, 0.95, rows)
        columns = {
            "label": pa.array((rng.random(rows) < said).astype(np.int8)),
            "challenger": pa.array(said),
            "baseline": pa.array(np.full(rows, 0.4)),
        }
        key = training_keys.training_holdout(self.dataset.name, f"t{version}")
        self.lake.objects[key] = parquet_content(pa.table(columns))

    def check(self, as_of: date, *, lake: Any = None) -> PerformanceResponse:
        """Check performance as of a day."""
        step = CheckPerformance(self.dataset, self.lake if lake is None else lake)
        return step.run(PerformanceRequest(model=self.dataset.name, as_of=as_of), now=noon(as_of))

    def statements(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the archive's rows with the wanted values, in its order; of all rows and the AUC unless asked."""
        log = ArchiveLog(self.lake, lake_keys.performance(self.dataset.name), PERFORMANCE)
        return _rows(log, {"metric": "auc", "segment": None} | wanted)

    def evidence(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the rows of all evidence with the wanted values, in its order; of the log loss unless asked."""
        return _rows(evidence_log(self.dataset.name, lake=self.lake), {"loss": "log_loss"} | wanted)

    def tests(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the rows of all looks at promise tests with the wanted values; of the log loss unless asked."""
        return _rows(promise_tests_log(self.dataset.name, lake=self.lake), {"loss": "log_loss"} | wanted)


def _rows(log: ArchiveLog, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    files = [(day, number) for day, numbers in log.days().items() for number in numbers]
    rows = [row for file in files for row in log.read(*file).to_pylist()]
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]
