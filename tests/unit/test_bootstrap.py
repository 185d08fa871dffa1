"""The contract and the settings of a stage reach the workflows that are wired for it."""

from pathlib import Path
from typing import Any

import pytest

from courtside.bootstrap import drift_monitor_of
from courtside.contracts.environment import CheckDriftEnv
from courtside.core.drift import CalibratedPolicy, ClassicPolicy
from courtside.core.drift.policies.thresholds import Threshold
from courtside.workflows.check_drift import DriftMonitor

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
        )
    )


def test_a_check_follows_policy_retraining_and_tracking_of_the_contract(tmp_path: Path) -> None:
    plain = monitor(tmp_path)
    assert (plain.drift_policy, plain.decision_policy.retrains) == (CalibratedPolicy(), True)
    assert plain.tracking is not None
    said = monitor(
        tmp_path, "watch: {policy: classic, thresholds: {age.ks: 0.3}}\nretraining: false\ntracking: false\n"
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
