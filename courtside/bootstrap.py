"""Environment models → wired workflows: the one place that picks adapters."""

from functools import cache

from courtside.adapters.s3_lake import S3Lake
from courtside.adapters.sns_alerts import SnsAlerts
from courtside.adapters.step_functions import StepFunctionsRetraining
from courtside.contracts.environment import CheckDriftEnv
from courtside.core.decision import DecisionPolicy
from courtside.core.drift.policies import policy_named
from courtside.datasets.catalog import load_dataset
from courtside.workflows.check_drift import DriftMonitor


@cache
def drift_monitor() -> DriftMonitor:
    """Wire the drift check from the process's environment; made once, then kept warm."""
    env = CheckDriftEnv.read()
    return DriftMonitor(
        lake=S3Lake(env.lake_bucket),
        alerts=SnsAlerts(env.alert_topic_arn),
        retraining=StepFunctionsRetraining(env.retraining_arn),
        dataset=load_dataset(env.dataset),
        drift_policy=policy_named(env.policy),
        decision_policy=DecisionPolicy(),
        window_days=env.window_days,
    )
