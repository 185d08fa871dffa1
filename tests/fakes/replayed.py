"""A folder of invented replays: two years of weekly rounds, a drift that leads to a training, and its champion."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.bootstrap.replays import ReplayFolder
from courtside.contracts.events import Window
from courtside.contracts.records import HistoryFacts, ReplayRecord, Situation
from courtside.core.decision import Action, DecisionPolicy, decide
from courtside.core.decision_findings import Decided
from courtside.core.drift import ClassicPolicy, check, fit
from courtside.core.drift.story.facts import drift_facts
from courtside.datasets.catalog import parse_dataset
from courtside.workflows.drift_window import WindowReport
from courtside.workflows.replays import Recorder
from courtside.workflows.replays.served import SERVED

CONTRACT = b"""\
name: churn
time_column: asked_on
id_columns: [customer]
target: churned
label_delay: 7d
experiment: shop
features: {age: numeric, charges: numeric}
"""
START, END = date(2023, 1, 2), date(2025, 1, 6)
MOVED, BACK = date(2024, 4, 1), date(2024, 6, 3)
"""From the one to the other, what customers are charged is far from what it was."""
WEEK = timedelta(days=7)
MADE_AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
ROWS = 60


@dataclass
class InventedReplay:
    """One replay of a folder, which can be broken off after any week and lived through again."""

    folder: ReplayFolder
    name: str = "churn-both-10y"
    trains: bool = True
    recorder: Recorder = field(init=False)
    champion: str = "1"

    def __post_init__(self) -> None:
        self.recorder = self.begun()

    def begun(self) -> Recorder:
        """Begin it anew."""
        lake, ledger = self.folder.lake, self.folder.ledger
        return Recorder.begun(CONTRACT, self.name, start=START, lake=lake, ledger=ledger)

    def live(self, start: date = START, end: date = END) -> None:
        """Live through the weeks of these days."""
        if start == START:
            self.champion = "1"
            self._promote("1", START, "first")
        day = start
        while day < end:
            self._round(day)
            day += WEEK

    def finish(self) -> None:
        """Record what it was."""
        promotions = int(self.champion)
        rows = ROWS * ((END - START) // WEEK)
        record = ReplayRecord(
            model=self.name, of="churn", policy="both" if self.trains else "never", window="10y", start=START, end=END,
            made_at=MADE_AT, rows=rows, trainings=promotions, promotions=promotions,
            log_loss=0.61 if self.trains else 0.62, accuracy=0.66, auc=0.71,
        )  # fmt: skip
        self.recorder.finished(record)

    def _round(self, day: date) -> None:
        found = _report(day)
        history = HistoryFacts(champion_version=self.champion, champion_since=START)
        situation = Situation(model=self.name, as_of=day, drift=drift_facts(found.report), history=history)
        policy = DecisionPolicy(on_drift=self.trains)
        decision = decide(situation, policy)
        decided = Decided(situation, policy, decision, found.report)
        self.recorder.checked(decided, champion=self.champion, window=found.window, found=found)
        if decision.action is Action.RETRAIN and self.champion == "1":
            self.champion = "2"
            self._promote("2", day, "better")
        self.recorder.served(_served(day, self.champion), start=day, end=day + WEEK)

    def _promote(self, version: str, day: date, rule: str) -> None:
        rng = np.random.default_rng(int(version))
        said = rng.uniform(0.1, 0.9, 400)
        columns: dict[str, Any] = {
            "label": (rng.random(400) < said).astype(np.int8),
            "challenger": said,
            "baseline": np.full(400, 0.5),
        }
        training_id, holdout = f"replay-{version}", pa.table(columns)
        self.recorder.promoted(version, training_id=training_id, day=day, rule=rule, reason="by 0.01", holdout=holdout)


def invented_folder(root: Path) -> ReplayFolder:
    """Return a folder with two replays of the same history."""
    folder = ReplayFolder(root)
    for replay in (InventedReplay(folder), InventedReplay(folder, "churn-never-10y", trains=False)):
        replay.live()
        replay.finish()
    return folder


def _rows(seed: int, days: list[date], *, moved: bool) -> pa.Table:
    rng = np.random.default_rng(seed)
    count = len(days)
    columns: dict[str, Any] = {
        "asked_on": days,
        "age": rng.normal(40, 10, count),
        "charges": rng.normal(300 if moved else 70, 20, count),
        "churned": rng.integers(0, 2, count),
    }
    return pa.table(columns)


def _report(day: date) -> WindowReport:
    dataset = parse_dataset("churn.yaml", CONTRACT)
    past = [date(2022, 1, 3) + timedelta(days=each % 360) for each in range(3_000)]
    reference = fit(_rows(0, past, moved=False), dataset.features, time_column="asked_on")
    days = [day - timedelta(days=1 + each % 28) for each in range(400)]
    current = reference.summarize(_rows(day.toordinal(), days, moved=MOVED <= day < BACK))
    report = check(reference, current, ClassicPolicy(), contract=dataset.features)
    return WindowReport(Window(start=day - 4 * WEEK, end=day), report, reference, current, day - timedelta(days=1))


def _served(day: date, version: str) -> pa.Table:
    rng = np.random.default_rng(day.toordinal())
    said = rng.uniform(0.1, 0.9, ROWS)
    days = [day + timedelta(days=each % 7) for each in range(ROWS)]
    columns: dict[str, Any] = {
        "id": [f"{day}-{each}" for each in range(ROWS)],
        "day": days,
        "version": [version] * ROWS,
        "prediction": said,
        "label": [str(int(each)) for each in rng.random(ROWS) < said],
        "known_on": [each + timedelta(days=1) for each in days],
    }
    return pa.table(columns, schema=SERVED)
