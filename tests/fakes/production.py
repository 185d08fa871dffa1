"""A stage's production, and trainings whose challengers can become its champion."""

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa

from courtside.contracts import ledger_keys, training_keys
from courtside.contracts.events import Trigger
from courtside.contracts.records import GateDecision, ModelRecord, RetrainingLockState, TrainingRecord
from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import fit
from courtside.workflows.legacy_set import LegacyFiles
from courtside.workflows.ports import LedgerEntry
from courtside.workflows.production import Production
from courtside.workflows.smoke import known_rows
from tests.fakes.ports import InMemoryLake, InMemoryLedger, InMemoryRegistry

NOW = datetime(2026, 3, 1, 7, tzinfo=UTC)


def model(name: str = "logistic_regression", auc: float = 0.66) -> ModelRecord:
    return ModelRecord(
        name=name, train_accuracy=0.6, test_accuracy=0.6, test_auc=auc, precision=0.6, recall=0.6, f1_score=0.6
    )


def add_training(
    production: Production, training_id: str, *, version: str, judged_against: str | None, promote: bool = True
) -> None:
    """Store everything that a training and its gate leave behind: record, decision and registered version."""
    record = TrainingRecord(
        training_id=training_id,
        trigger=Trigger.DRIFT,
        reason="test",
        as_of=date(2026, 3, 1),
        dataset="nba_games",
        rows_train=800,
        rows_test=200,
        models=(model(),),
        best="logistic_regression",
        importances={"x": 1.0},
        challenger_version=version,
        challenger_run_id=f"run-{version}",
        champion_version=judged_against,
        seconds={},
    )
    decision = GateDecision(
        training_id=training_id,
        promote=promote,
        rule="better" if promote else "not_shown",
        reason=f"because of {training_id}",
        challenger_version=version,
        champion_version=judged_against,
        holdout_key=training_keys.training_holdout("nba_games", training_id),
        holdout_rows=100,
        policy={},
        comparisons=(),
        decided_by="gate",
        decided_at=NOW,
    )
    assert isinstance(production.registry, InMemoryRegistry)
    production.registry.trainings[version] = training_id
    production.registry.models[version] = b"0.5"
    known = known_rows(pa.table({"x": [1.0, 2.0]}), np.full(2, 0.5))
    production.lake.write(training_keys.training_smoke("nba_games", training_id), known)
    production.lake.write(training_keys.training_profile("nba_games", training_id), profile_of(training_id))
    LegacyFiles("nba_games", training_id, {"a.pkl": training_id.encode()}, {}).keep(lake=production.lake)
    production.lake.write(training_keys.training_record("nba_games", training_id), record.model_dump_json().encode())
    production.lake.write(training_keys.training_verdict("nba_games", training_id), decision.model_dump_json().encode())


def profile_of(training_id: str) -> bytes:
    """Return a reference of drift that no other training has."""
    rows = pa.table({"x": [float(each) for each in training_id.encode()]})
    return fit(rows, [Feature("x", FeatureKind.NUMERIC)]).to_bytes()


def hold(production: Production, training_id: str) -> None:
    """Give a training the retraining lock, which its moves of the champion need."""
    assert isinstance(production.ledger, InMemoryLedger)
    key, state = ledger_keys.RETRAINING_LOCK, RetrainingLockState(holder=training_id)
    before = production.ledger.get(key)
    revision = before.revision if before else 0
    production.ledger.documents[key] = LedgerEntry(key, state.model_dump_json(), revision + 1)


def a_production() -> Production:
    """Return the production of a stage that has no champion yet."""
    return Production("nba_games", InMemoryLedger(), InMemoryRegistry(), InMemoryLake())
