"""Environment models → wired workflows: the one place that picks adapters for the deployed processes.

Each workflow's own imports are local, so that a function loads what it runs and nothing else; each is wired once
a process and kept warm.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING

from courtside.contracts.environment import CheckDriftEnv, FreezeEnv, GateEnv, NotifySlackEnv, PromoteEnv, TrainEnv
from courtside.contracts.events import (
    GateRequest,
    GateResponse,
    PromoteRequest,
    PromoteResponse,
    RetrainingRequest,
)
from courtside.contracts.records import DataManifest, TrainingRecord

if TYPE_CHECKING:
    from courtside.workflows.check_drift import DriftMonitor


@cache
def drift_monitor() -> "DriftMonitor":
    """Wire the drift check."""
    return drift_monitor_of(CheckDriftEnv.read())


def drift_monitor_of(env: CheckDriftEnv) -> "DriftMonitor":
    """Wire a drift check as its function's environment says; nothing is contacted yet."""
    from courtside.adapters.mlflow_drift_runs import MlflowDriftRuns
    from courtside.adapters.s3_lake import S3Lake
    from courtside.adapters.sns_alerts import SnsAlerts
    from courtside.adapters.step_functions import StepFunctionsRetraining
    from courtside.core.decision import DecisionPolicy
    from courtside.core.drift.policies import policy_named
    from courtside.datasets.catalog import load_dataset
    from courtside.workflows.check_drift import DriftMonitor

    return DriftMonitor(
        lake=S3Lake(env.lake_bucket),
        alerts=SnsAlerts(env.alert_topic_arn),
        retraining=StepFunctionsRetraining(env.retraining_arn),
        dataset=load_dataset(env.dataset),
        drift_policy=policy_named(env.policy),
        decision_policy=DecisionPolicy(),
        window_days=env.window_days,
        tracking=MlflowDriftRuns(env.tracking_uri) if env.tracking_uri else None,
    )


@cache
def freezing() -> Callable[[RetrainingRequest], DataManifest]:
    """Wire the freezing of a training's data."""
    from courtside.adapters.s3_lake import S3Lake
    from courtside.datasets.catalog import load_dataset
    from courtside.workflows.freeze import freeze

    env = FreezeEnv.read()
    return partial(freeze, lake=S3Lake(env.lake_bucket), dataset=load_dataset(env.dataset))


@cache
def gate() -> Callable[[GateRequest], GateResponse]:
    """Wire the gate."""
    from courtside.adapters.s3_lake import S3Lake
    from courtside.core.gate.policy import GatePolicy
    from courtside.workflows.gate import gate

    lake, policy = S3Lake(GateEnv.read().lake_bucket), GatePolicy()
    return lambda request: gate(request, lake=lake, policy=policy, now=datetime.now(UTC))


@cache
def promotion() -> Callable[[PromoteRequest], PromoteResponse]:
    """Wire the promotion."""
    from courtside.adapters.mlflow_registry import MlflowRegistry
    from courtside.adapters.s3_lake import S3Lake
    from courtside.workflows.promote import promote

    env = PromoteEnv.read()
    return partial(promote, lake=S3Lake(env.lake_bucket), registry=MlflowRegistry(env.tracking_uri))


def training(progress: Callable[[str], None]) -> Callable[[RetrainingRequest], TrainingRecord]:
    """Wire the training task; `progress` hears each part as it starts."""
    from courtside.adapters.mlflow_tracking import MlflowTracking
    from courtside.adapters.provenance import provenance
    from courtside.adapters.s3_lake import S3Lake
    from courtside.datasets.catalog import load_dataset
    from courtside.workflows.train import train

    env = TrainEnv.read()
    return partial(
        train,
        lake=S3Lake(env.lake_bucket),
        tracking=MlflowTracking(env.tracking_uri),
        dataset=load_dataset(env.dataset),
        provenance=provenance(),
        progress=progress,
    )


@cache
def slack() -> Callable[..., None] | None:
    """Wire the Slack poster (`post_to_slack` without its first argument); None while no webhook is set."""
    from courtside.adapters.secrets import read_secret
    from courtside.adapters.slack import post_to_slack

    webhook = read_secret(NotifySlackEnv.read().slack_webhook_secret_arn).strip()
    return partial(post_to_slack, webhook) if webhook.startswith(("https://", "http://127.0.0.1:")) else None
