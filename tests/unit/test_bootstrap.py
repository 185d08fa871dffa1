"""The contract and the settings of a stage reach the workflows that are wired for it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from courtside.bootstrap.functions import judge
from courtside.bootstrap.stage import drift_monitor_of
from courtside.contracts import training_keys
from courtside.contracts.environment import CheckDriftEnv, GateEnv
from courtside.contracts.events import GateRequest, RetrainingRequest, Trigger
from courtside.contracts.records import GateDecision
from courtside.core.drift import CalibratedPolicy, ClassicPolicy
from courtside.core.drift.policies.thresholds import Threshold
from courtside.core.gate.policy import GatePolicy
from courtside.workflows.check_drift import DriftMonitor
from courtside.workflows.lake_documents import read_document
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.retraining_lock import RetrainingLock
from courtside.workflows.stage_models import StageModels
from tests.fakes.ports import InMemoryLedger
from tests.unit.core.gate.holdouts import holdout
from tests.unit.workflows.test_gate import stored

CONTRACT = "name: churn\ntime_column: day\ntarget: left\nfeatures: {age: numeric}\n"


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> StageModels:
    """The models of a stage that is wired in memory; it has none yet."""
    models = StageModels(InMemoryLedger(), stored(holdout(), model="churn"))
    monkeypatch.setattr("courtside.bootstrap.stage.stage_models", lambda _: models)
    monkeypatch.setattr("courtside.bootstrap.stage.lake_of", lambda _: models.lake)
    return models


def add(models: StageModels, said: str) -> None:
    models.add(f"{CONTRACT}{said}".encode(), source="churn.yaml", by="test", now=datetime.now(UTC))


def monitor(models: StageModels, said: str = "", **settings: Any) -> DriftMonitor:
    add(models, said)
    environment = CheckDriftEnv(
        lake_bucket="lake",
        alert_topic_arn="arn:aws:sns:us-east-1:000000000000:alerts",
        retraining_arn="arn:aws:states:us-east-1:000000000000:stateMachine:retraining",
        ledger_table="ledger",
        tracking_uri="https://mlflow.test",
        **settings,
    )
    return drift_monitor_of(environment, "churn")


def test_a_check_follows_policy_retraining_and_tracking_of_the_contract(models: StageModels) -> None:
    plain = monitor(models)
    assert (plain.drift_policy, plain.dataset.retrain.on_drift) == (CalibratedPolicy(), True)
    assert plain.tracking is not None
    said = monitor(
        models,
        "version: 2\nwatch: {policy: classic, thresholds: {age.ks: 0.3}}\n"
        "retrain: {on_drift: false}\ntracking: false\n",
    )
    assert said.drift_policy == ClassicPolicy(overrides=(Threshold("age", "ks", 0.3),))
    assert (said.dataset.retrain.on_drift, said.tracking) == (False, None)


@pytest.mark.parametrize(
    ("setting", "policy"),
    [
        ("calibrated", CalibratedPolicy()),
        ("classic", ClassicPolicy(overrides=(Threshold("age", "ks", 0.3),))),
    ],
)
def test_a_stage_may_set_the_policy_and_uses_only_the_thresholds_made_for_it(
    models: StageModels, setting: str, policy: object
) -> None:
    found = monitor(models, "watch: {policy: classic, thresholds: {age.ks: 0.3}}\n", policy=setting)
    assert found.drift_policy == policy


def test_the_gate_judges_by_the_limits_of_the_contract_and_records_them(
    models: StageModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(models, "gate: {floor_auc: 0.99, fewest_rows: 50}\n")
    lock = RetrainingLock(ModelLedger(InMemoryLedger(), "churn"), timedelta(hours=1))
    request = RetrainingRequest(
        model="churn", training_id="new", as_of=date(2019, 3, 1), trigger=Trigger.MANUAL, reason="test"
    )
    lock.acquire(request, now=datetime.now(UTC))
    for name, value in GateEnv(lake_bucket="lake", ledger_table="ledger").as_env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("courtside.bootstrap.stage.retraining_lock_of", lambda *_: lock)
    assert judge(GateRequest(model="churn", training_id="new")).rule == "floor"
    record = read_document(GateDecision, training_keys.training_verdict("churn", "new"), lake=models.lake)
    assert record.policy == GatePolicy(floor_auc=0.99, fewest_rows=50).as_dict()
