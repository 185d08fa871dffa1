"""Models whose windows are due for a check, in a folder on disk, for `watch_rounds.py`."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.adapters.folder_lake import FolderLake
from courtside.contracts import lake_keys, training_keys
from courtside.contracts.events import DriftCheckRequest, RetrainingRequest
from courtside.contracts.records import ChampionReference
from courtside.core.alerting import Alert
from courtside.core.dataset import Dataset
from courtside.core.drift import fit
from courtside.core.drift.policies import policy_named
from courtside.core.parquet import parquet_content
from courtside.datasets.catalog import parse_dataset
from courtside.workflows import drift_window
from courtside.workflows.check_drift import DriftMonitor
from courtside.workflows.claims import Claims
from courtside.workflows.decisions.acting import Acting
from courtside.workflows.incidents import Incidents
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.overdue_data import OverdueData
from courtside.workflows.ports import Ledger
from courtside.workflows.stage_models import StageModels

ROWS, FEATURES, REFERENCE_ROWS = 10_000, 16, 40_000
WINDOW, REFERENCE = timedelta(days=30), timedelta(days=365)


class Nobody:
    """Takes alerts and requests for trainings, of which there should be none: nothing drifts here."""

    def publish(self, alert: Alert) -> None:
        """Refuse an alert."""
        raise SystemExit(f"nothing drifts, and yet: {alert.subject}")

    def start(self, request: RetrainingRequest) -> str:
        """Refuse a training."""
        raise SystemExit(f"nothing drifts, and yet: {request.reason}")


@dataclass(frozen=True, slots=True)
class Watched:
    """A stage's models with their tables and references."""

    models: StageModels
    lake: FolderLake
    ledger: Ledger

    def check(self, model: str, as_of: datetime) -> Any:
        """Run a model's check as its function does."""
        dataset = self.models.dataset(model)
        claims = Claims(ModelLedger(self.ledger, model))
        incidents = Incidents(self.models.ledger, self.lake, Nobody())
        monitor = DriftMonitor(
            lake=self.lake,
            dataset=dataset,
            drift_policy=policy_named(dataset.policy),
            claims=claims,
            overdue=OverdueData(self.lake, dataset, incidents),
            acting=Acting(self.lake, dataset, Nobody(), incidents, self.ledger),
        )
        return monitor.run(DriftCheckRequest(model=model, as_of=as_of), now=as_of)


def filled(folder: Path, ledger: Ledger, *, models: int, now: datetime) -> Watched:
    """Add so many models with a window of rows each; they have one reference in common, which saves time here."""
    lake = FolderLake(folder)
    watched = Watched(StageModels(ledger, lake), lake, ledger)
    profile: bytes | None = None
    for number in range(models):
        name = f"model-{number:03d}"
        content = _contract(name)
        dataset = parse_dataset(name, content)
        watched.models.add(content, source=name, by="a benchmark", now=now)
        if profile is None:
            profile = _profile(dataset, now)
        key = training_keys.training_profile(name, "first")
        lake.write(key, profile)
        champion = ChampionReference(version="1", training_id="first", profile_key=key, dataset=name)
        lake.write(lake_keys.champion_reference(name), champion.model_dump_json().encode())
        rows = _table(ROWS, until=now, days=WINDOW, seed=number + 1)
        lake.write(lake_keys.loaded_table(name, "window"), parquet_content(rows))
    return watched


def _contract(name: str) -> bytes:
    features = "".join(f"  x{number}: numeric\n" for number in range(FEATURES))
    return f"name: {name}\nid_columns: [id]\ntime_column: at\ntarget: left\nfeatures:\n{features}".encode()


def _profile(dataset: Dataset, now: datetime) -> bytes:
    table = _table(REFERENCE_ROWS, until=now - WINDOW, days=REFERENCE, seed=0)
    return fit(table, dataset.features, time_column=dataset.time_column, outcomes=dataset.outcomes).to_bytes()


def _table(rows: int, *, until: datetime, days: timedelta, seed: int) -> pa.Table:
    random = np.random.default_rng(seed)
    first = np.datetime64((until - days).replace(tzinfo=None), "us")
    times = first + np.sort(random.integers(0, int(days.total_seconds()), rows)).astype("timedelta64[s]")
    columns: dict[str, Any] = {"id": np.arange(rows) + seed * 10**6, "at": times, "left": random.integers(0, 2, rows)}
    columns |= {f"x{number}": random.normal(size=rows) for number in range(FEATURES)}
    return pa.table(columns)


@contextmanager
def counting() -> Iterator[list[float]]:
    """Collect the seconds in which rows are counted and profiles compared."""
    seconds: list[float] = []
    before = {name: getattr(drift_window, name) for name in ("_counted", "_reported")}

    def timed(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return work(*given, **named)
            finally:
                seconds.append(time.perf_counter() - began)

        return run

    for name, work in before.items():
        setattr(drift_window, name, timed(work))
    try:
        yield seconds
    finally:
        for name, work in before.items():
            setattr(drift_window, name, work)
