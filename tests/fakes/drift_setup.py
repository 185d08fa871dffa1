"""A lake that holds simulated seasons and a champion's reference, and a drift check wired to fakes."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.events import Window
from courtside.contracts.records import ChampionReference
from courtside.core.dataset import Dataset
from courtside.core.drift import ClassicPolicy, fit
from courtside.core.drift.reading import Days
from courtside.core.features import build_features
from courtside.core.reference import reference_rows
from courtside.datasets.catalog import load_dataset
from courtside.workflows.check_drift import DriftMonitor
from courtside.workflows.claims import Claims
from courtside.workflows.decisions.acting import Acting
from courtside.workflows.games import store_games
from courtside.workflows.incidents import Incidents
from courtside.workflows.overdue_data import OverdueData
from courtside.workflows.rows import rows_before, usable_files
from tests.fakes.ports import InMemoryDriftRuns, InMemoryLake, InMemoryLedger, RecordedAlerts, RecordedRetraining

DATASET = load_dataset("nba_games")
NOW = datetime(2019, 7, 1, 12, tzinfo=UTC)
QUIET = Window(start=date(2010, 7, 1), end=date(2011, 7, 1))
CHANGED = Window(start=date(2018, 7, 1), end=date(2019, 7, 1))
SEASONS = (2006, 2007, 2008, 2009, 2010, 2011, 2018, 2019)


def filled_lake(games: pa.Table) -> InMemoryLake:
    lake = InMemoryLake()
    store_games(games, lake=lake)
    files, _ = usable_files(Days(end=QUIET.start), lake=lake, dataset=DATASET)
    known = build_features(rows_before(QUIET.start, files, dataset=DATASET), dataset=DATASET)
    profile = fit(
        reference_rows(known, dataset=DATASET),
        DATASET.features,
        time_column=DATASET.time_column,
        outcomes=DATASET.outcomes,
    )
    lake.write(training_keys.training_profile("nba_games", "initial"), profile.to_bytes())
    reference = ChampionReference(
        version="1",
        training_id="initial",
        profile_key=training_keys.training_profile("nba_games", "initial"),
        dataset="nba_games",
    )
    lake.write(lake_keys.champion_reference("nba_games"), reference.model_dump_json().encode())
    return lake


class DriftSetup:
    def __init__(self, lake: InMemoryLake) -> None:
        self.lake, self.alerts, self.retraining = lake, RecordedAlerts(), RecordedRetraining()
        self.tracking, self.ledger = InMemoryDriftRuns(), InMemoryLedger()
        self.monitor = self.wired()

    def wired(self, **others: Any) -> DriftMonitor:
        """Return a drift check of these ports, or of others in their place by name."""
        ports = {name: getattr(self, name) for name in ("lake", "alerts", "retraining", "tracking", "ledger")} | others
        lake, alerts, ledger = ports["lake"], ports["alerts"], ports["ledger"]
        claims = Claims(ledger, sleep=lambda _: None)
        incidents = Incidents(ledger, lake, alerts, sleep=lambda _: None)
        return DriftMonitor(
            lake=lake,
            dataset=DATASET,
            drift_policy=ClassicPolicy(),
            claims=claims,
            overdue=OverdueData(lake, DATASET, incidents),
            acting=Acting(lake, DATASET, ports["retraining"], incidents, ledger),
            tracking=ports["tracking"],
        )

    def follow(self, dataset: Dataset) -> None:
        """Let the check follow another contract."""
        monitor = self.monitor
        self.monitor = replace(
            monitor,
            dataset=dataset,
            overdue=replace(monitor.overdue, dataset=dataset),
            acting=replace(monitor.acting, dataset=dataset),
        )
