"""Names that people and other programs rely on; changing one is a breaking change."""

from dataclasses import dataclass
from enum import StrEnum

TRAINING_EXPERIMENT = "nba-game-predictions"
DRIFT_EXPERIMENT = "data-drift-monitoring"
REGISTERED_MODEL = "nba-game-predictions"
DEFAULT_DATASET = "nba_games"
TRACKING_AUTH = "courtside-sigv4"
"""The value of ``MLFLOW_TRACKING_AUTH`` that makes MLflow's client sign its requests; an entry point has this name."""
DRIFT_PAGE = "report.html"
"""A drift report's page among the artifacts of its run; the only artifact the drift check may write."""

MODEL_ATTRIBUTE = "model"
"""The attribute of an alert that names its model, by which a subscription hears of its own models only."""

REFERENCE_ARTIFACTS = "reference"
"""The folder, among the artifacts of a training's best run, of what drift is measured against."""

POSTED, NO_WEBHOOK = "the alert was posted", "no webhook is set"
"""What a channel's notifier logs of an alert, by which `courtside alerts test` knows what became of it."""

OVER = "Over: "
"""Begins what a rule says of something that has ended, which channels show as one line."""


@dataclass(frozen=True, slots=True)
class ModelPlace:
    """Where the trainings of a contract go in MLflow: no other contract has the same model or experiment."""

    contract: str
    registered_model: str
    experiment: str


NBA_PLACE = ModelPlace(DEFAULT_DATASET, REGISTERED_MODEL, TRAINING_EXPERIMENT)


class Alias(StrEnum):
    """Registry aliases: which model version plays which role."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"
    PREVIOUS = "previous"


class StackOutput(StrEnum):
    """Keys of the stack outputs that commands and notebooks read; unique over all stacks, so they may be merged.

    The secret of each alert channel has one besides: `Channel.secret_output`.
    """

    LAKE_BUCKET = "LakeBucketName"
    ARTIFACTS_BUCKET = "ArtifactsBucketName"
    LEDGER_TABLE = "LedgerTableName"
    ARCHIVE_DATABASE = "ArchiveDatabaseName"
    QUERY_WORKGROUP = "QueryWorkgroupName"
    TRACKING_URI = "TrackingUri"
    TRACKING_COPY = "TrackingCopyTaskArn"
    ALERT_TOPIC = "AlertTopicArn"
    RETRAINING = "RetrainingArn"
    WATCH = "WatchArn"
    CHECK_DRIFT = "CheckDriftFunctionName"
    RECEIVE_ROWS = "ReceiveRowsFunctionName"
    PREDICT = "PredictFunctionName"
    CHECK_PERFORMANCE = "CheckPerformanceFunctionName"
    TRAINING_PACKAGES = "TrainingPackages"


def archive_database(stage: str) -> str:
    """Name of the database, in the Glue catalog, of a stage's archive; people write it into queries."""
    return f"courtside_{stage}"


STACKS = ("data", "tracking", "pipeline")


def stack_name(stage: str, stack: str) -> str:
    """Name of one of a stage's stacks."""
    return f"courtside-{stage}-{stack}"
