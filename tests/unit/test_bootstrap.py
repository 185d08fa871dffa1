"""The contract and the settings of a stage reach the workflows that are wired for it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from courtside.bootstrap import _lake, drift_monitor_of, judge
from courtside.contracts import lake_keys
from courtside.contracts.environment import CheckDriftEnv, GateEnv
from courtside.contracts.events import GateRequest, RetrainingRequest, Trigger
from courtside.contracts.records import GateDecision
from courtside.core.drift import CalibratedPolicy, ClassicPolicy
from courtside.core.drift.policies.thresholds import Threshold
from courtside.core.gate.policy import GatePolicy
from courtside.workflows.check_drift import DriftMonitor
from courtside.workflows.lake_documents import read_document
from courtside.workflows.retraining_lock import RetrainingLock
from tests.fakes.ports import InMemoryLedger
from tests.unit.core.gate.holdouts import holdout
from tests.unit.workflows.test_gate import stored

CONTRACT = "name: churn\ntime_column: day\ntarget: left\nfeatures: {age: numeric}\n"


def monitor(folder: Path, said: str = "", **settings: Any) -> DriftMonitor:
    path = folder / "churn.yaml"
    path.write_text(CONTRACT + said)
    return drift_monitor_of(
        CheckDriftEnv(
            lake_bucket="lake",
            dataset=str(path),
            alert_topic_arn="arn:aws:sns:us-east-1:000000000000:alerts",
            retraining_arn="arn:aws:states:us-east-1:000000000000:stateMachine:retraining",
            ledger_table="ledger",
            tracking_uri="https://mlflow.test",
            **settings,
        ),
        "churn",
    )


def test_a_check_follows_policy_retraining_and_tracking_of_the_contract(tmp_path: Path) -> None:
    plain = monitor(tmp_path)
    assert (plain.drift_policy, plain.decision_policy.retrains) == (CalibratedPolicy(), True)
    assert plain.tracking is not None
    said = monitor(
        tmp_path, "watch: {policy: classic, thresholds: {age.ks: 0.3}}\nretrain: {on_drift: false}\ntracking: false\n"
    )
    assert said.drift_policy == ClassicPolicy(overrides=(Threshold("age", "ks", 0.3),))
    assert (said.decision_policy.retrains, said.tracking) == (False, None)


@pytest.mark.parametrize(
    ("setting", "policy"),
    [
        ("calibrated", CalibratedPolicy()),
        ("classic", ClassicPolicy(overrides=(Threshold("age", "ks", 0.3),))),
    ],
)
def test_a_stage_may_set_the_policy_and_uses_only_the_thresholds_made_for_it(
    tmp_path: Path, setting: str, policy: object
) -> None:
    found = monitor(tmp_path, "watch: {policy: classic, thresholds: {age.ks: 0.3}}\n", policy=setting)
    assert found.drift_policy == policy


def test_the_gate_judges_by_the_limits_of_the_contract_and_records_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, lake, lock = (
        tmp_path / "churn.yaml",
        stored(holdout(), model="churn"),
        RetrainingLock(InMemoryLedger(), timedelta(hours=1)),
    )
    path.write_text(f"{CONTRACT}gate: {{floor_auc: 0.99, fewest_rows: 50}}\n")
    request = RetrainingRequest(
        model="churn", training_id="new", as_of=date(2019, 3, 1), trigger=Trigger.MANUAL, reason="test"
    )
    lock.acquire(request, now=datetime.now(UTC))
    environment = GateEnv(lake_bucket="lake", ledger_table="ledger", dataset=str(path)).as_env()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("courtside.adapters.s3_lake.S3Lake", lambda _: lake)
    monkeypatch.setattr("courtside.bootstrap.retraining_lock_of", lambda *_: lock)
    _lake.cache_clear()
    assert judge(GateRequest(model="churn", training_id="new")).rule == "floor"
    _lake.cache_clear()
    record = read_document(GateDecision, lake_keys.training_verdict("churn", "new"), lake=lake)
    assert record.policy == GatePolicy(floor_auc=0.99, fewest_rows=50).as_dict()
