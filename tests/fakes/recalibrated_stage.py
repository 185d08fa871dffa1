"""A model on a stage in memory whose probabilities break some time after its champion was trained."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.adapters.mlflow_models import MlflowModels
from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.contracts import lake_keys, training_keys
from courtside.contracts.events import GateRequest, PromoteRequest, RetrainingRequest, SealRequest, Trigger
from courtside.contracts.records import GateDecision, TrainingRecord
from courtside.core.dataset import Dataset
from courtside.core.gate.policy import GatePolicy
from courtside.core.parquet import parquet_content
from courtside.datasets.catalog import parse_dataset
from courtside.workflows.gate import gate
from courtside.workflows.production import Production
from courtside.workflows.promote import promote, seal_challenger
from courtside.workflows.rollback import rollback
from courtside.workflows.sealed_models import champion_model, sealed_model
from courtside.workflows.smoke import ROWS, smoke
from courtside.workflows.train import train
from tests.fakes.moved_points import CONTRACT, points
from tests.fakes.ports import InMemoryLake, InMemoryLedger
from tests.fakes.production import hold

POLICY = GatePolicy(resamples=200)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
BROKE = np.datetime64("2025-01-01")


@dataclass
class Stage:
    """A model on a stage in memory, whose runs and versions are those of a real MLflow."""

    uri: str
    candidate: str = "logistic_regression"
    lake: InMemoryLake = field(default_factory=InMemoryLake)
    ledger: InMemoryLedger = field(default_factory=InMemoryLedger)
    moves: int = 0
    policy: GatePolicy = POLICY

    @property
    def dataset(self) -> Dataset:
        return parse_dataset("points", (CONTRACT % ("points", self.candidate)).encode())

    @property
    def production(self) -> Production:
        return Production("points", self.ledger, MlflowRegistry(self.uri, place=self.dataset.place), self.lake)

    def load(self, name: str, rows: pa.Table) -> None:
        self.lake.write(lake_keys.loaded_table("points", name), parquet_content(rows))

    def train(self, training_id: str, as_of: str, *, recalibrate: bool = False, **changed: Any) -> TrainingRecord:
        request = RetrainingRequest(
            model="points",
            training_id=training_id,
            as_of=date.fromisoformat(as_of),
            trigger=Trigger.MANUAL,
            reason="a test",
            recalibrate=recalibrate,
        )
        tracking = MlflowTracking(self.uri, nominates=False)
        dataset = replace(self.dataset, **changed)
        return train(request, lake=self.lake, tracking=tracking, dataset=dataset, publish=False)

    def decide(self, training_id: str) -> GateDecision:
        gate(
            GateRequest(model="points", training_id=training_id),
            lake=self.lake,
            policy=self.policy,
            now=NOW,
        )
        key = training_keys.training_verdict("points", training_id)
        return GateDecision.model_validate_json(self.lake.read(key))

    def promote(self, training_id: str) -> str:
        sealed = seal_challenger(SealRequest(model="points", training_id=training_id), production=self.production)
        assert smoke(sealed_model("points", sealed.sha256, lake=self.lake), models=MlflowModels()) == ROWS
        asked = PromoteRequest(model="points", training_id=training_id, sha256=sealed.sha256)
        hold(self.production, training_id)
        return promote(asked, production=self.production, now=self.now()).after

    def now(self) -> datetime:
        """Return a moment that is later at each move."""
        self.moves += 1
        return NOW + timedelta(hours=self.moves)

    def roll_back(self) -> str:
        return rollback(production=self.production, models=MlflowModels(), by="a test", now=self.now(), to=None).after

    def champion(self) -> Any:
        found = champion_model("points", lake=self.lake, tracking=MlflowTracking(self.uri))
        assert found is not None
        return found


def with_champion(uri: str, candidate: str = "logistic_regression") -> Stage:
    """Return a stage with a champion, and rows of two hundred days since then whose log odds are higher."""
    stage = Stage(uri, candidate)
    stage.load("before", points("2024-01-01", 366, moved=0.0, seed=1))
    stage.train("first", "2025-01-01")
    assert stage.decide("first").rule == "first_champion"
    assert stage.promote("first") == "1"
    stage.load("after", points(str(BROKE), 200, moved=1.2, seed=2))
    return stage
