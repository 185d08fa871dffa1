"""What the functions, the tasks and the command line share of a stage: its lake, its ledger and its models."""

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from courtside.contracts.environment import CheckDriftEnv, IncidentsEnv, LedgerEnv, ModelsEnv
from courtside.contracts.names import StackOutput
from courtside.contracts.own_candidates import imported_by, packages_of

if TYPE_CHECKING:
    from courtside.adapters.deployment import StageOutputs
    from courtside.adapters.mlflow_drift_runs import MlflowDriftRuns
    from courtside.adapters.mlflow_models import MlflowModels
    from courtside.adapters.s3_lake import S3Lake
    from courtside.core.dataset import Dataset
    from courtside.workflows.accept import Acceptances
    from courtside.workflows.check_drift import DriftMonitor
    from courtside.workflows.dashboard import Dashboard
    from courtside.workflows.incidents import Incidents
    from courtside.workflows.model_ledger import ModelLedger
    from courtside.workflows.production import Production
    from courtside.workflows.retraining_lock import RetrainingLock
    from courtside.workflows.sealed_models import SealedModel
    from courtside.workflows.stage_models import StageModels


@cache
def lake_of(bucket: str) -> "S3Lake":
    """Wire a lake."""
    from courtside.adapters.s3_lake import S3Lake

    return S3Lake(bucket)


@cache
def ledger_of(table: str, model: str) -> "ModelLedger":
    """Wire what a ledger holds of a model."""
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.workflows.model_ledger import ModelLedger

    return ModelLedger(DynamoDbLedger(table), model)


def stage_models(env: ModelsEnv) -> "StageModels":
    """Wire the models of a stage, whose contracts are kept warm; nothing is contacted yet."""
    return _stage_models(env.lake_bucket, env.ledger_table)


@cache
def _stage_models(bucket: str, ledger_table: str) -> "StageModels":
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.workflows.stage_models import StageModels

    return StageModels(DynamoDbLedger(ledger_table), lake_of(bucket), may_list=False)


def deployed_models(outputs: "StageOutputs") -> "StageModels":
    """Wire the models of a stage with these outputs, for a person; nothing is contacted yet."""
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.adapters.s3_lake import S3Lake
    from courtside.workflows.stage_models import StageModels

    return StageModels(DynamoDbLedger(outputs[StackOutput.LEDGER_TABLE]), S3Lake(outputs[StackOutput.LAKE_BUCKET]))


def dashboard_of(models: "StageModels", stage: str) -> "Dashboard":
    """Wire what builds the pages of a stage from its lake and ledger, and what a month costs from its templates."""
    from courtside.adapters.stage_templates import StageTemplates
    from courtside.workflows.dashboard import Dashboard

    return Dashboard(stage, models, StageTemplates(stage))


def incidents_of(env: IncidentsEnv, model: str) -> "Incidents":
    """Wire the incidents of a stage for a process that reports those of a model, or of the stage itself if empty."""
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.adapters.sns_alerts import SnsAlerts
    from courtside.workflows.incidents import Incidents

    alerts = SnsAlerts(env.alert_topic_arn, model, pages_in=env.lake_bucket if env.alert_links else "")
    return Incidents(DynamoDbLedger(env.ledger_table), lake_of(env.lake_bucket), alerts)


def retraining_lock_of(env: LedgerEnv, model: str) -> "RetrainingLock":
    """Wire the retraining lock of a model, and the slots that its stage's trainings share."""
    from courtside.workflows.retraining_lock import RetrainingLock

    lease = timedelta(minutes=env.lease_minutes)
    return RetrainingLock(ledger_of(env.ledger_table, model), lease, env.trainings_at_once)


def production_of(*, ledger_table: str, lake: "S3Lake", tracking_uri: str, dataset: "Dataset") -> "Production":
    """Wire the production history, which says who is champion; nothing is contacted yet."""
    from courtside.adapters.mlflow_registry import MlflowRegistry
    from courtside.workflows.production import Production

    registry = MlflowRegistry(tracking_uri, place=dataset.place)
    return Production(dataset.name, ledger_of(ledger_table, dataset.name), registry, lake)


def models_for(sealed: "SealedModel", training_packages: str) -> "MlflowModels":
    """Wire what opens a sealed version in the training's image, whose environment says which packages it holds.

    Only those are trusted that the version's own contract names. A version that was imported, or trained by a release
    before contracts were frozen, is of none. Raises `DatasetInvalid`.
    """
    from courtside.adapters.mlflow_models import MlflowModels
    from courtside.workflows.freeze import ContractNotFrozen, frozen_contract
    from courtside.workflows.ports import ObjectMissing

    packages = imported_by(training_packages)
    if not packages:
        return MlflowModels()
    try:
        contract = frozen_contract(sealed.model, sealed.training_id, lake=sealed.lake)
    except (ContractNotFrozen, ObjectMissing):
        return MlflowModels()
    return MlflowModels(packages=packages_of(contract.candidates or (), packages))


def acceptances_of(env: CheckDriftEnv, model: str) -> "Acceptances":
    """Wire what accepts a model's drift, by the policy that its checks use."""
    from courtside.workflows.accept import Acceptances

    monitor = drift_monitor_of(env, model)
    return Acceptances(monitor.lake, monitor.dataset, monitor.drift_policy)


def drift_monitor_of(env: CheckDriftEnv, model: str) -> "DriftMonitor":
    """Wire a drift check as its function's environment says; nothing is contacted yet."""
    from courtside.adapters.step_functions import StepFunctionsRetraining
    from courtside.core.drift.policies import policy_named
    from courtside.workflows.check_drift import DriftMonitor
    from courtside.workflows.claims import Claims
    from courtside.workflows.decisions.acting import Acting
    from courtside.workflows.overdue_data import OverdueData

    models = stage_models(env)
    lake, dataset = models.lake, models.dataset(model)
    policy = env.policy or dataset.policy
    claims = Claims(ledger_of(env.ledger_table, model))
    retraining, incidents = StepFunctionsRetraining(env.retraining_arn, compares=False), incidents_of(env, model)
    return DriftMonitor(
        lake=lake,
        dataset=dataset,
        drift_policy=policy_named(policy, thresholds=dataset.thresholds if policy == dataset.policy else ()),
        claims=claims,
        overdue=OverdueData(lake, dataset, incidents),
        acting=Acting(lake, dataset, retraining, incidents, models.ledger),
        tracking=_drift_runs(env.tracking_uri, dataset.drift_experiment)
        if env.tracking_uri and dataset.tracking
        else None,
    )


@cache
def _drift_runs(tracking_uri: str, experiment: str) -> "MlflowDriftRuns":
    from courtside.adapters.mlflow_drift_runs import MlflowDriftRuns

    return MlflowDriftRuns(tracking_uri, experiment=experiment)
