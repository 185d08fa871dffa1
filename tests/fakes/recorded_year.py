"""A stage in memory or in a folder whose models were watched for a while: archives, records and ledger, as rounds
leave them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts import drift_keys, lake_keys, ledger_keys, scoring_keys, training_keys
from courtside.contracts.events import Window
from courtside.contracts.incidents import IncidentState, Severity
from courtside.contracts.loads import Load, Loads, LoadState
from courtside.contracts.records import (
    ChampionPointer,
    DecisionRecord,
    IncidentRecord,
    LabelsIn,
    ModelRound,
    PerformanceProgress,
    Reign,
    SealedFiles,
)
from courtside.core.archive_schemas import ESTIMATES, LABELS, PERFORMANCE, PREDICTIONS, PROMISE_TESTS
from courtside.core.drift.reports.report import Verdict
from courtside.core.parquet import parquet_content
from courtside.core.performance.metrics import metrics_of
from courtside.workflows.drift_archive import ROWS_SCHEMA
from courtside.workflows.ledger_documents import written
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import Lake, Ledger
from courtside.workflows.stage_models import StageModels
from tests.fakes.ports import InMemoryLake, InMemoryLedger

NOW = datetime(2026, 11, 29, 7, tzinfo=UTC)
TODAY = NOW.date()
WEEK = timedelta(days=7)
CONTRACT = """\
name: {name}
version: 1
time_column: asked_on
id_columns: [customer]
target: churned
label_delay: 14d
owner: The retention team
features:
{features}
"""


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


CLASSES = ("late", "never", "on time")
WIDTH = 20.0


def said_by_task(
    task: str, drawn: NDArray[np.float64], rng: np.random.Generator, blunt: float
) -> tuple[dict[str, Any], list[str]]:
    """Return what is said of rows as columns, and what happened as a calibrated model would have it."""
    luck = rng.random(drawn.size)
    said = drawn + blunt * (0.5 - drawn)
    if task == "multiclass":
        each = np.stack([said, (1 - said) / 4, 3 * (1 - said) / 4], axis=1)
        happened = (luck[:, None] > np.stack([drawn, drawn + (1 - drawn) / 4], axis=1)).sum(axis=1)
        columns = {
            "prediction": each.max(axis=1),
            "predicted": [CLASSES[place] for place in each.argmax(axis=1)],
            "probabilities": [list(zip(CLASSES, row, strict=True)) for row in each.tolist()],
        }
        return columns, [CLASSES[place] for place in happened]
    if task == "regression":
        values = 100 * said
        actual = 100 * drawn + WIDTH * (2.2 * luck - 1.1)
        ends = {"low": values - WIDTH, "high": values + WIDTH}
        return {"prediction": values, **ends}, [f"{value:.6f}" for value in actual]
    return {"prediction": said}, [str(int(each)) for each in luck < drawn]


@dataclass
class RecordedStage:
    """A stage whose models have features `f00`, `f01`, …; nothing is recorded of them until it is asked for."""

    lake: Lake = field(default_factory=InMemoryLake)
    ledger: Ledger = field(default_factory=InMemoryLedger)
    features: int = 16
    tasks: dict[str, str] = field(default_factory=dict)

    @property
    def models(self) -> StageModels:
        return StageModels(self.ledger, self.lake)

    @property
    def names(self) -> list[str]:
        return [f"f{number:02d}" for number in range(self.features)]

    def add(self, model: str, *, task: str = "binary", more: str = "") -> None:
        """Put a model into the stage; `more` are further lines of its contract."""
        self.tasks[model] = task
        lines = "\n".join(f"  {name}: numeric" for name in self.names)
        of_task = "" if task == "binary" else f"task: {task}\n"
        content = (CONTRACT.format(name=model, features=lines) + of_task + more).encode()
        self.models.add(content, source=f"{model}.yaml", by="ann", now=NOW - timedelta(days=400))

    def record(self, model: str, days: int = 365, *, until: date = TODAY, rows: int = 10_000) -> None:
        """Record a model and so many days of checks, predictions and labels, and what was said of their weeks."""
        self.add(model)
        self.promote(model, "1", noon(until - timedelta(days=days)))
        first = until - timedelta(days=days)
        for number in range(days):
            self.check(model, first + timedelta(days=number + 1), moved=self.names[:1] if number % 30 == 7 else ())
            self.predict(model, first + timedelta(days=number), max(1, rows // days), labelled=number < days - 14)
        for week in range(days // 7):
            start = first + timedelta(days=1) + week * WEEK
            self.estimate(model, start)
            if start + 2 * WEEK <= until:
                self.state(model, start, 0.70 + 0.01 * (week % 5))
        self.test_promise(model, until)
        self.load(model, until)
        self.settle(model, ModelRound(model=model, last_round_at=NOW, last_outcome="nothing", next_due=NOW + WEEK))

    def promote(self, model: str, version: str, at: datetime, *, rule: str = "better") -> None:
        """Make a sealed version champion."""
        seal = SealedFiles(version=version, training_id=f"t{version}", files={}).model_dump_json().encode()
        digest = sha256(seal).hexdigest()
        self.lake.write(f"{lake_keys.sealed(model, digest)}{training_keys.MANIFEST_NAME}", seal)
        self.lake.write(training_keys.training_card_page(model, f"t{version}"), b"<!doctype html>")
        own, key = ModelLedger(self.ledger, model), ledger_keys.history(at, version)
        reign = Reign(
            version=version, training_id=f"t{version}", since=at, rule=rule, reason="by 0.01", by="ann", sha256=digest
        )
        before = own.get(ledger_keys.CHAMPION)
        known = None if before is None else ChampionPointer.model_validate_json(before.document)
        pointer = ChampionPointer(
            version=version, previous=known and known.version, reason="by 0.01", history_key=key, sha256=digest
        )
        writes = [
            written(ledger_keys.CHAMPION, pointer, expected_revision=before.revision if before else 0),
            written(key, reign, expected_revision=0),
        ]
        if known is not None and known.history_key is not None:
            entry = own.get(known.history_key)
            assert entry is not None
            ended = Reign.model_validate_json(entry.document).model_copy(update={"until": at})
            writes.append(written(known.history_key, ended, expected_revision=entry.revision))
        assert own.put(*writes)

    def check(
        self, model: str, day: date, *, moved: Sequence[str] = (), action: str = "", backfilled: bool = False
    ) -> None:
        """Record a drift check of the week before a day, with its report, its rows and its decision."""
        check_id = f"{day:%Y%m%d}" if not backfilled else lake_keys.backfilled_check(f"{day:%Y%m%d}")
        action = action or ("alert" if moved else "nothing")
        common = {
            "check_id": check_id, "checked_at": noon(day), "backfilled": backfilled, "dataset": model,
            "champion_version": "1", "policy": "calibrated", "window_start": day - WEEK, "window_end": day,
            "reference_rows": 5_000, "current_rows": 500, "action": action, "kind": "numeric", "reason": "It moved.",
            "files_quarantined": 0,
        }  # fmt: skip
        rows = [
            common | {
                "feature": name,
                "verdict": Verdict.DRIFT if name in moved else Verdict.NO_DRIFT,
                "drifted": name in moved,
                "effect": 0.4 if name in moved else 0.02,
            }
            for name in self.names
        ]  # fmt: skip
        table = pa.Table.from_pylist(rows, schema=ROWS_SCHEMA)
        self.lake.write(drift_keys.drift_rows(model, day, check_id), parquet_content(table))
        self.lake.write(drift_keys.drift_page(model, day, check_id), b"<!doctype html>")
        decision = DecisionRecord(
            model=model,
            check_id=check_id,
            window=Window(start=day - WEEK, end=day),
            champion_version="1",
            action=action,
            rule="some_drift" if moved else "no_drift",
            reason="Some features moved." if moved else "Nothing moved.",
            report_key=drift_keys.drift_report(model, day, check_id),
            decided_at=noon(day),
            backfilled=backfilled,
            numbers={"share": len(moved) / self.features},
            would_change=("A larger share would.",),
        )
        self.lake.write(lake_keys.decision(model, day, check_id), decision.model_dump_json(indent=2).encode())

    def predict(self, model: str, day: date, rows: int, *, labelled: bool = True, blunt: float = 0.0) -> None:
        """Record the champion's predictions of a day, and their labels; a `blunt` model says all rows more alike."""
        rng = np.random.default_rng(day.toordinal())
        ids = [f"{day.toordinal()}-{number}" for number in range(rows)]
        said, labels_of = said_by_task(self.tasks.get(model, "binary"), rng.uniform(0.05, 0.95, rows), rng, blunt)
        predictions: dict[str, Any] = {
            "id": ids, "time": [noon(day)] * rows, "as_of": [day] * rows, "made_at": [noon(day)] * rows,
            "version": ["1"] * rows, "sha256": ["a"] * rows, "role": ["champion"] * rows,
            "features_hash": ["h"] * rows, "revision": [1] * rows, "segments": [[]] * rows,
            "contributions": [None] * rows, "in_hindsight": [False] * rows, "local_day": [day] * rows,
            **dict.fromkeys(("predicted", "probabilities", "low", "high"), [None] * rows), **said,
        }  # fmt: skip
        ordered = {name: predictions[name] for name in PREDICTIONS.names}
        self._log(lake_keys.predictions(model), day, pa.table(ordered, schema=PREDICTIONS))
        if labelled:
            labels: dict[str, Any] = {
                "id": ids, "label": labels_of, "known_on": [day] * rows,
                "recorded_at": [noon(day)] * rows, "source": ["rows"] * rows, "revision": [1] * rows,
            }  # fmt: skip
            self._log(lake_keys.labels(model), day, pa.table(labels, schema=LABELS))

    def state(self, model: str, start: date, value: float, *, statement: int = 1, role: str = "champion") -> None:
        """Record what was said about the performance in a week."""
        common = {
            "window_start": start, "window_end": start + WEEK, "version": "1", "role": role, "low": value - 0.05,
            "high": value + 0.05, "value": value, "rows": 70, "labelled": 70, "predicted": 70, "blocks": 7,
            "baseline": 0.5, "promise": 0.72, "promise_low": 0.70, "promise_high": 0.74,
            "stated_on": start + 2 * WEEK, "recorded_at": noon(start + 2 * WEEK), "statement": statement, "files": 14,
        }  # fmt: skip
        rows = [common | {"metric": metric.name} for metric in metrics_of(self.tasks.get(model, "binary"))]
        rows += [each | {"segment_column": "plan", "segment": "basic", "value": 0.1} for each in rows]
        self._log(lake_keys.performance(model), start, pa.Table.from_pylist(rows, schema=PERFORMANCE))

    def estimate(self, model: str, start: date, value: float = 0.71) -> None:
        """Record what the performance in a week was estimated to be."""
        common = {
            "window_start": start, "window_end": start + WEEK, "version": "1", "method": "cbpe", "value": value,
            "constant": 0.72, "rows": 70, "made_as_of": start + WEEK, "recorded_at": noon(start + WEEK),
        }  # fmt: skip
        rows = [common | {"metric": metric.name} for metric in metrics_of(self.tasks.get(model, "binary"))]
        self._log(lake_keys.estimates(model), start, pa.Table.from_pylist(rows, schema=ESTIMATES))

    def test_promise(self, model: str, day: date) -> None:
        """Record a look at the promise tests of the champion, beside a shadow."""
        row = {
            "as_of": day, "version": "1", "opponent": "shadow", "opponent_version": "2", "loss": "log_loss",
            "first_day": day - WEEK, "last_day": day, "days": 7, "rows": 70, "difference": -0.01, "low": -0.03,
            "high": 0.01, "margin": 0.01, "outcome": "not_known", "recorded_at": noon(day), "files": 14,
        }  # fmt: skip
        self._log(lake_keys.promise_tests(model), day, pa.Table.from_pylist([row], schema=PROMISE_TESTS))
        curve = (LabelsIn(days=0, rows=100, labelled=40), LabelsIn(days=1, rows=100, labelled=97))
        note = PerformanceProgress(as_of=day, predictions={}, labels={}, curve=curve)
        self.lake.write(scoring_keys.performance_progress(model), note.model_dump_json().encode())

    def load(self, model: str, day: date) -> None:
        """Record that a file of rows up to a day was loaded on it."""
        load = Load(
            id="l1", file="rows.parquet", key=f"{lake_keys.tables(model)}l1.parquet", rows=10, first_day=day - WEEK,
            last_day=day, loaded_at=noon(day), state=LoadState.LOADED,
        )  # fmt: skip
        loads = Loads(loads=(load,), objects={load.key: 10})
        self.lake.write(lake_keys.loads(lake_keys.tables(model)), loads.model_dump_json().encode())

    def settle(self, model: str, record: ModelRound) -> None:
        """Record what the newest round left of a model."""
        key = ledger_keys.model_round(model)
        before = self.ledger.get(key)
        assert self.ledger.put(written(key, record, expected_revision=before.revision if before else 0))

    def open(self, model: str, kind: str = "drift", **given: Any) -> IncidentRecord:
        """Open an incident of a model, or put another state of it in its place."""
        known = {
            "id": f"{kind}-{TODAY}-4f1c2b7a", "severity": Severity.WARNING, "state": IncidentState.OPEN,
            "headline": f"{model}: {kind}", "opened_at": NOW, "updated_at": NOW, "waiting_since": NOW,
        }  # fmt: skip
        record = IncidentRecord(model=model, kind=kind, **{**known, **given})
        key = ledger_keys.incident(model, kind)
        before = self.ledger.get(key)
        assert self.ledger.put(written(key, record, expected_revision=before.revision if before else 0))
        self.lake.write(lake_keys.incident(model, record.id), record.model_dump_json().encode())
        return record

    def _log(self, prefix: str, day: date, table: pa.Table) -> None:
        numbers = [scoring_keys.log_file_of(key) for key in self.lake.keys(scoring_keys.day_of_log(prefix, day))]
        self.lake.write(scoring_keys.file_of_log(prefix, day, len(numbers) + 1), parquet_content(table))
