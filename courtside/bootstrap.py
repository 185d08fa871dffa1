"""Environment models → wired workflows: the one place that picks adapters for the deployed processes.

Each workflow's own imports are local, so that a function loads what it runs and nothing else; each is wired once per
process and kept warm.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from courtside.contracts.environment import (
    ApprovalEnv,
    CheckDriftEnv,
    FreezeEnv,
    GateEnv,
    LedgerEnv,
    LockEnv,
    NotifyEnv,
    PromoteEnv,
    ReceiveRowsEnv,
    TrackingCopyEnv,
    TrainEnv,
)
from courtside.contracts.events import (
    ApprovalRequest,
    FreezeResponse,
    GateRequest,
    GateResponse,
    PromoteRequest,
    PromoteResponse,
    RetrainingRequest,
    SealRequest,
    SealResponse,
    Trigger,
)
from courtside.contracts.records import ApprovalRecord, TrainingRecord

if TYPE_CHECKING:
    from courtside.adapters.s3_lake import S3Lake
    from courtside.core.dataset import Dataset
    from courtside.workflows.arrivals import Arrivals
    from courtside.workflows.check_drift import DriftMonitor
    from courtside.workflows.production import Production
    from courtside.workflows.retraining_lock import RetrainingLock

NOBODY = "http://127.0.0.1:9"
"""A tracking server that is never there: its port is that of the discard protocol."""


@cache
def drift_monitor() -> "DriftMonitor":
    """Wire the drift check."""
    return drift_monitor_of(CheckDriftEnv.read())


def drift_monitor_of(env: CheckDriftEnv) -> "DriftMonitor":
    """Wire a drift check as its function's environment says; nothing is contacted yet."""
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.adapters.mlflow_drift_runs import MlflowDriftRuns
    from courtside.adapters.s3_lake import S3Lake
    from courtside.adapters.sns_alerts import SnsAlerts
    from courtside.adapters.step_functions import StepFunctionsRetraining
    from courtside.core.decision import DecisionPolicy
    from courtside.core.drift.policies import policy_named
    from courtside.datasets.catalog import load_dataset
    from courtside.workflows.check_drift import DriftMonitor
    from courtside.workflows.claims import Claims
    from courtside.workflows.overdue_data import OverdueData

    lake, dataset = S3Lake(env.lake_bucket), load_dataset(env.dataset)
    policy = env.policy or dataset.policy
    alerts, claims = SnsAlerts(env.alert_topic_arn), Claims(DynamoDbLedger(env.ledger_table))
    return DriftMonitor(
        lake=lake,
        alerts=alerts,
        retraining=StepFunctionsRetraining(env.retraining_arn),
        dataset=dataset,
        drift_policy=policy_named(policy, thresholds=dataset.thresholds if policy == dataset.policy else ()),
        decision_policy=DecisionPolicy(retrains=dataset.retrain.on_drift),
        claims=claims,
        overdue=OverdueData(lake, dataset, claims, alerts),
        tracking=MlflowDriftRuns(env.tracking_uri) if env.tracking_uri and dataset.tracking else None,
    )


@cache
def arrivals() -> "Arrivals":
    """Wire what takes in the files of rows that arrive in the lake, and in the team's own place."""
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.adapters.s3_incoming import S3Incoming
    from courtside.adapters.s3_lake import S3Lake
    from courtside.adapters.sns_alerts import SnsAlerts
    from courtside.contracts.incoming import bucket_and_prefix
    from courtside.contracts.lake_keys import incoming
    from courtside.datasets.catalog import load_dataset
    from courtside.workflows.arrivals import Arrivals
    from courtside.workflows.claims import Claims

    env = ReceiveRowsEnv.read()
    dataset = load_dataset(env.dataset)
    places = [(env.lake_bucket, incoming(dataset.name))]
    if dataset.incoming is not None:
        places.append(bucket_and_prefix(dataset.incoming))
    return Arrivals(
        dataset=dataset,
        places=[S3Incoming(bucket, prefix) for bucket, prefix in places],
        lake=S3Lake(env.lake_bucket),
        claims=Claims(DynamoDbLedger(env.ledger_table)),
        alerts=SnsAlerts(env.alert_topic_arn),
    )


def retraining_lock_of(env: LedgerEnv) -> "RetrainingLock":
    """Wire the retraining lock; only `LockEnv` has a cool-down."""
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.workflows.retraining_lock import RetrainingLock

    cooldown = timedelta(days=env.cooldown_days) if isinstance(env, LockEnv) else timedelta(0)
    return RetrainingLock(DynamoDbLedger(env.ledger_table), timedelta(minutes=env.lease_minutes), cooldown)


@cache
def retraining_lock() -> "RetrainingLock":
    """Wire the lock's functions."""
    return retraining_lock_of(LockEnv.read())


@cache
def freezing() -> Callable[[RetrainingRequest], FreezeResponse]:
    """Wire the freezing of data."""
    from courtside.adapters.s3_lake import S3Lake
    from courtside.datasets.catalog import load_dataset
    from courtside.workflows.freeze import freeze

    env = FreezeEnv.read()
    lake, dataset, lock = S3Lake(env.lake_bucket), load_dataset(env.dataset), retraining_lock_of(env)

    def step(request: RetrainingRequest) -> FreezeResponse:
        lock.renew(request.training_id, now=datetime.now(UTC))
        manifest = freeze(request, lake=lake, dataset=dataset)
        return FreezeResponse(training_id=request.training_id, rows=manifest.rows, content_hash=manifest.content_hash)

    return step


@cache
def gate() -> Callable[[GateRequest], GateResponse]:
    """Wire the gate."""
    from courtside.adapters.s3_lake import S3Lake
    from courtside.datasets.catalog import load_dataset
    from courtside.workflows.gate import gate

    env = GateEnv.read()
    limits = load_dataset(env.dataset).gate
    lake, lock = S3Lake(env.lake_bucket), retraining_lock_of(env)

    def step(request: GateRequest) -> GateResponse:
        lock.renew(request.training_id, now=datetime.now(UTC))
        response = gate(request, lake=lake, policy=limits, now=datetime.now(UTC))
        return response.model_copy(update={"needs_approval": env.approval and response.promote})

    return step


@cache
def approval_request() -> Callable[[ApprovalRequest], ApprovalRecord]:
    """Wire the request for a person's approval."""
    from courtside.adapters.s3_lake import S3Lake
    from courtside.adapters.sns_alerts import SnsAlerts
    from courtside.workflows.approval import request_approval

    env = ApprovalEnv.read()
    lock = retraining_lock_of(env)
    lake, alerts = S3Lake(env.lake_bucket), SnsAlerts(env.alert_topic_arn)

    def step(request: ApprovalRequest) -> ApprovalRecord:
        now = datetime.now(UTC)
        return request_approval(
            request, lake=lake, ledger=lock.ledger, lock=lock, alerts=alerts, stage=env.stage, now=now
        )

    return step


def production_of(*, ledger_table: str, lake: "S3Lake", tracking_uri: str, dataset: "Dataset") -> "Production":
    """Wire the production history, which says who is champion; nothing is contacted yet."""
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.adapters.mlflow_registry import MlflowRegistry
    from courtside.workflows.production import Production

    registry = MlflowRegistry(tracking_uri, model=dataset.place.registered_model)
    return Production(DynamoDbLedger(ledger_table), registry, lake)


def _production(env: PromoteEnv) -> "Production":
    from courtside.adapters.s3_lake import S3Lake
    from courtside.datasets.catalog import load_dataset

    return production_of(
        ledger_table=env.ledger_table,
        lake=S3Lake(env.lake_bucket),
        tracking_uri=env.tracking_uri,
        dataset=load_dataset(env.dataset),
    )


@cache
def promotion() -> Callable[[PromoteRequest], PromoteResponse]:
    """Wire the promotion; only the holder of the retraining lock promotes."""
    from courtside.workflows.promote import promote

    env = PromoteEnv.read()
    production, lock = _production(env), retraining_lock_of(env)

    def step(request: PromoteRequest) -> PromoteResponse:
        now = datetime.now(UTC)
        lock.renew(request.training_id, now=now)
        return promote(request, production=production, now=now)

    return step


@cache
def sealing() -> Callable[[SealRequest], SealResponse]:
    """Wire the sealing of a challenger that passed the gate."""
    from courtside.workflows.promote import seal_challenger

    env = PromoteEnv.read()
    production, lock = _production(env), retraining_lock_of(env)

    def step(request: SealRequest) -> SealResponse:
        lock.renew(request.training_id, now=datetime.now(UTC))
        return seal_challenger(request, production=production)

    return step


def training(progress: Callable[[str], None]) -> Callable[[RetrainingRequest], TrainingRecord]:
    """Wire the training task; `progress` is told each part as it starts."""
    from courtside.adapters.mlflow_tracking import MlflowTracking
    from courtside.adapters.provenance import provenance
    from courtside.adapters.s3_lake import S3Lake
    from courtside.datasets.catalog import load_dataset
    from courtside.workflows.train import train

    env = TrainEnv.read()
    return partial(
        train,
        lake=S3Lake(env.lake_bucket),
        tracking=MlflowTracking(env.tracking_uri, nominates=False),
        dataset=load_dataset(env.dataset),
        provenance=provenance(),
        publish=False,
        progress=progress,
    )


def rehearsal(progress: Callable[[str], None]) -> Callable[[Path], list[str]]:
    """Wire a training on two simulated seasons in a folder, without a server, whose models are spooled and reloaded.

    Everything that the training task imports is imported; the names of the loaded models are returned.
    """
    from courtside.adapters import s3_lake  # noqa: F401 — what the task needs besides
    from courtside.adapters.folder_lake import FolderLake
    from courtside.adapters.mlflow_tracking import MlflowTracking
    from courtside.datasets.catalog import load_dataset
    from courtside.datasets.simulated import simulate_games
    from courtside.workflows.games import store_games
    from courtside.workflows.spool import read_spool
    from courtside.workflows.train import train

    def rehearse(folder: Path) -> list[str]:
        lake, tracking = FolderLake(folder), MlflowTracking(NOBODY)
        store_games(simulate_games(seasons=[2010, 2011]), lake=lake)
        request = RetrainingRequest(
            training_id="rehearsal", as_of=date(2012, 7, 1), trigger=Trigger.MANUAL, reason="the image is built"
        )
        train(request, lake=lake, tracking=tracking, dataset=load_dataset("nba_games"), progress=progress)
        return sorted(tracking.load(read_spool(request.training_id, lake=lake).models))

    return rehearse


def smoke_check() -> Callable[[str], int]:
    """Wire the smoke check of a seal."""
    from courtside.adapters.mlflow_models import MlflowModels
    from courtside.adapters.s3_lake import S3Lake
    from courtside.workflows.sealed_models import sealed_model
    from courtside.workflows.smoke import smoke

    lake = S3Lake(TrainEnv.read().lake_bucket)
    return lambda sha256: smoke(sealed_model(sha256, lake=lake), models=MlflowModels())


def tracking_copy() -> Callable[[str | None, bool, list[str] | None], dict[str, object]]:
    """Wire the copy of the tracking database: a key restores that backup, None makes a new one."""
    from courtside.adapters.tracking_backups import back_up_to_lake, restore_from_lake
    from courtside.adapters.tracking_copy.load import ArtifactsMoved

    env = TrackingCopyEnv.read()
    bucket, secret = env.lake_bucket, env.database_secret_arn

    def run(key: str | None, replace: bool, artifacts: list[str] | None) -> dict[str, object]:  # noqa: FBT001 — the task's own options
        if key is None:
            key, manifest = back_up_to_lake(bucket, secret_arn=secret, now=datetime.now(UTC))
        else:
            moved = ArtifactsMoved(*artifacts) if artifacts else None
            manifest = restore_from_lake(bucket, key, secret_arn=secret, replace=replace, moved=moved)
        return {"key": key, **manifest.summary()}

    return run


def notifier() -> Callable[..., None] | None:
    """Wire the poster of the function's channel (`post` with its subject and text left); None while no webhook is set.

    It is not kept warm, so that a new webhook counts from the next alert on. Raises `WebhookInvalid`.
    """
    from courtside.adapters.secrets import read_secret
    from courtside.adapters.webhook import post, webhook_in
    from courtside.contracts.channels import CHANNELS

    env = NotifyEnv.read()
    channel = CHANNELS[env.channel]
    webhook = webhook_in(read_secret(env.webhook_secret_arn), channel)
    return None if webhook is None else partial(post, webhook, channel=channel)
