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
    FindDueEnv,
    FreezeEnv,
    GateEnv,
    LedgerEnv,
    NotifyEnv,
    PromoteEnv,
    ReceiveRowsEnv,
    SettleEnv,
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
    UnlockRequest,
    UnlockResponse,
)
from courtside.contracts.records import ApprovalRecord, TrainingRecord

if TYPE_CHECKING:
    from courtside.adapters.s3_lake import S3Lake
    from courtside.core.dataset import Dataset
    from courtside.workflows.arrivals import Arrivals
    from courtside.workflows.check_drift import DriftMonitor
    from courtside.workflows.find_due import FindDue
    from courtside.workflows.model_ledger import ModelLedger
    from courtside.workflows.production import Production
    from courtside.workflows.retraining_lock import RetrainingLock
    from courtside.workflows.settle import Settle
    from courtside.workflows.stage_models import StageModels

NOBODY = "http://127.0.0.1:9"
"""A tracking server that is never there: its port is that of the discard protocol."""


def drift_monitor(model: str) -> "DriftMonitor":
    """Wire the drift check of a model."""
    return drift_monitor_of(CheckDriftEnv.read(), model)


def drift_monitor_of(env: CheckDriftEnv, model: str) -> "DriftMonitor":
    """Wire a drift check as its function's environment says; nothing is contacted yet."""
    from courtside.adapters.mlflow_drift_runs import MlflowDriftRuns
    from courtside.adapters.sns_alerts import SnsAlerts
    from courtside.adapters.step_functions import StepFunctionsRetraining
    from courtside.core.decision import DecisionPolicy
    from courtside.core.drift.policies import policy_named
    from courtside.workflows.check_drift import DriftMonitor
    from courtside.workflows.claims import Claims
    from courtside.workflows.overdue_data import OverdueData

    lake, dataset = _lake(env.lake_bucket), stage_models(env).dataset(model)
    policy = env.policy or dataset.policy
    alerts, claims = SnsAlerts(env.alert_topic_arn, model), Claims(_ledger(env.ledger_table, model))
    return DriftMonitor(
        lake=lake,
        alerts=alerts,
        retraining=StepFunctionsRetraining(env.retraining_arn, compares=False),
        dataset=dataset,
        drift_policy=policy_named(policy, thresholds=dataset.thresholds if policy == dataset.policy else ()),
        decision_policy=DecisionPolicy(retrains=dataset.retrain.on_drift),
        claims=claims,
        overdue=OverdueData(lake, dataset, claims, alerts),
        tracking=MlflowDriftRuns(env.tracking_uri, experiment=dataset.drift_experiment)
        if env.tracking_uri and dataset.tracking
        else None,
    )


def arrivals(model: str) -> "Arrivals":
    """Wire what takes in the files of a model's rows that arrive in the lake, and in the team's own place."""
    from courtside.adapters.s3_incoming import S3Incoming
    from courtside.adapters.sns_alerts import SnsAlerts
    from courtside.contracts.incoming import bucket_and_prefix
    from courtside.contracts.lake_keys import incoming
    from courtside.workflows.arrivals import Arrivals
    from courtside.workflows.claims import Claims

    env = ReceiveRowsEnv.read()
    dataset = stage_models(env).dataset(model)
    places = [(env.lake_bucket, incoming(dataset.name))]
    if dataset.incoming is not None:
        places.append(bucket_and_prefix(dataset.incoming))
    return Arrivals(
        dataset=dataset,
        places=[S3Incoming(bucket, prefix) for bucket, prefix in places],
        lake=_lake(env.lake_bucket),
        claims=Claims(_ledger(env.ledger_table, model)),
        alerts=SnsAlerts(env.alert_topic_arn, model),
    )


def finding_due() -> "FindDue":
    """Wire the first step of a round."""
    from courtside.adapters.s3_incoming import S3Incoming
    from courtside.contracts.lake_keys import INCOMING_PREFIX
    from courtside.workflows.find_due import FindDue

    env = FindDueEnv.read()
    incoming = S3Incoming(env.lake_bucket, INCOMING_PREFIX)
    return FindDue(stage_models(env), _lake(env.lake_bucket), incoming)


def settling(model: str) -> "Settle":
    """Wire the last step of a model's round."""
    from courtside.adapters.sns_alerts import SnsAlerts
    from courtside.workflows.claims import Claims
    from courtside.workflows.settle import Settle

    env = SettleEnv.read()
    models = stage_models(env)
    return Settle(models, _lake(env.lake_bucket), Claims(models.ledger), SnsAlerts(env.alert_topic_arn, model))


def retraining_lock_of(env: LedgerEnv, model: str) -> "RetrainingLock":
    """Wire the retraining lock of a model, and the slots that its stage's trainings share."""
    from courtside.workflows.retraining_lock import RetrainingLock

    lease = timedelta(minutes=env.lease_minutes)
    return RetrainingLock(_ledger(env.ledger_table, model), lease, env.trainings_at_once)


def retraining_lock(model: str) -> "RetrainingLock":
    """Wire the lock's functions."""
    return retraining_lock_of(LedgerEnv.read(), model)


def unlock(request: UnlockRequest) -> UnlockResponse:
    """Give back what a retraining held, and start what waited for it."""
    from courtside.adapters.step_functions import StepFunctionsRetraining
    from courtside.workflows import unlock as workflow

    lock, machine = retraining_lock(request.request.model), StepFunctionsRetraining(request.machine, compares=False)
    return workflow.unlock(request, lock=lock, retraining=machine, now=datetime.now(UTC))


def freeze_data(request: RetrainingRequest) -> FreezeResponse:
    """Freeze a training's data."""
    from courtside.workflows.freeze import freeze

    env = FreezeEnv.read()
    retraining_lock_of(env, request.model).renew(request.training_id, now=datetime.now(UTC))
    models = stage_models(env)
    manifest = freeze(
        request,
        lake=models.lake,
        dataset=models.dataset(request.model),
        contract_key=models.show(request.model).contract_key,
    )
    return FreezeResponse(training_id=request.training_id, rows=manifest.rows, content_hash=manifest.content_hash)


def judge(request: GateRequest) -> GateResponse:
    """Judge a challenger."""
    from courtside.workflows.gate import gate

    env = GateEnv.read()
    retraining_lock_of(env, request.model).renew(request.training_id, now=datetime.now(UTC))
    limits = stage_models(env).dataset(request.model).gate
    response = gate(request, lake=_lake(env.lake_bucket), policy=limits, now=datetime.now(UTC))
    return response.model_copy(update={"needs_approval": env.approval and response.promote})


def ask_for_approval(request: ApprovalRequest) -> ApprovalRecord:
    """Ask a person for approval."""
    from courtside.adapters.sns_alerts import SnsAlerts
    from courtside.workflows.approval import request_approval

    env = ApprovalEnv.read()
    lock = retraining_lock_of(env, request.model)
    return request_approval(
        request,
        lake=_lake(env.lake_bucket),
        ledger=lock.ledger,
        lock=lock,
        alerts=SnsAlerts(env.alert_topic_arn, request.model),
        stage=env.stage,
        now=datetime.now(UTC),
    )


def production_of(*, ledger_table: str, lake: "S3Lake", tracking_uri: str, dataset: "Dataset") -> "Production":
    """Wire the production history, which says who is champion; nothing is contacted yet."""
    from courtside.adapters.mlflow_registry import MlflowRegistry
    from courtside.workflows.production import Production

    registry = MlflowRegistry(tracking_uri, model=dataset.place.registered_model)
    return Production(dataset.name, _ledger(ledger_table, dataset.name), registry, lake)


def _production(env: PromoteEnv, model: str) -> "Production":
    return production_of(
        ledger_table=env.ledger_table,
        lake=_lake(env.lake_bucket),
        tracking_uri=env.tracking_uri,
        dataset=stage_models(env).dataset(model),
    )


def promote(request: PromoteRequest) -> PromoteResponse:
    """Make a challenger champion; only the holder of the retraining lock promotes."""
    from courtside.workflows import promote as workflow

    env, now = PromoteEnv.read(), datetime.now(UTC)
    retraining_lock_of(env, request.model).renew(request.training_id, now=now)
    return workflow.promote(request, production=_production(env, request.model), now=now)


def seal(request: SealRequest) -> SealResponse:
    """Seal a challenger that passed the gate."""
    from courtside.workflows.promote import seal_challenger

    env = PromoteEnv.read()
    retraining_lock_of(env, request.model).renew(request.training_id, now=datetime.now(UTC))
    return seal_challenger(request, production=_production(env, request.model))


@cache
def _lake(bucket: str) -> "S3Lake":
    from courtside.adapters.s3_lake import S3Lake

    return S3Lake(bucket)


@cache
def _ledger(table: str, model: str) -> "ModelLedger":
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.workflows.model_ledger import ModelLedger

    return ModelLedger(DynamoDbLedger(table), model)


def stage_models(env: CheckDriftEnv | FindDueEnv | ReceiveRowsEnv | FreezeEnv | GateEnv | PromoteEnv) -> "StageModels":
    """Wire the models of a stage, whose contracts are kept warm; nothing is contacted yet."""
    return _stage_models(env.lake_bucket, env.ledger_table)


@cache
def _stage_models(bucket: str, ledger_table: str) -> "StageModels":
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.workflows.stage_models import StageModels

    return StageModels(DynamoDbLedger(ledger_table), _lake(bucket), may_list=False)


def train(request: RetrainingRequest, progress: Callable[[str], None]) -> TrainingRecord:
    """Train challengers in the training task; `progress` is told each part as it starts."""
    from courtside.adapters.mlflow_tracking import MlflowTracking
    from courtside.adapters.provenance import provenance
    from courtside.workflows import train as workflow
    from courtside.workflows.freeze import frozen_contract

    env = TrainEnv.read()
    lake = _lake(env.lake_bucket)
    return workflow.train(
        request,
        lake=lake,
        tracking=MlflowTracking(env.tracking_uri, nominates=False),
        dataset=frozen_contract(request, lake=lake),
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
        dataset = load_dataset("nba_games")
        request = RetrainingRequest(
            model=dataset.name,
            training_id="rehearsal",
            as_of=date(2012, 7, 1),
            trigger=Trigger.MANUAL,
            reason="the image is built",
        )
        train(request, lake=lake, tracking=tracking, dataset=dataset, progress=progress)
        return sorted(tracking.load(read_spool(request.model, request.training_id, lake=lake).models))

    return rehearse


def smoke_check(model: str, sha256: str) -> int:
    """Load a sealed version, repeat its known predictions and return how many there were."""
    from courtside.adapters.mlflow_models import MlflowModels
    from courtside.workflows.sealed_models import sealed_model
    from courtside.workflows.smoke import smoke

    return smoke(sealed_model(model, sha256, lake=_lake(TrainEnv.read().lake_bucket)), models=MlflowModels())


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
