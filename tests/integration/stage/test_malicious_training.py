"""A training task under an attacker's control cannot make anything champion with its role's credentials.

Each attack uses the role that the template gives to the training task, on a stage that enforces IAM. The HTTP API
in front of MLflow is not emulated; `tests/infra` and `tests/integration/tracking/test_routes.py` judge which of its
calls the role may make.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from courtside.adapters.dynamodb_ledger import DynamoDbLedger
from courtside.adapters.mlflow_connection import connect
from courtside.adapters.mlflow_models import MlflowModels
from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.adapters.s3_lake import S3Lake
from courtside.contracts import lake_keys, ledger_keys, training_keys
from courtside.contracts.names import REGISTERED_MODEL, StackOutput
from courtside.contracts.records import ChampionPointer, RetrainingLockState
from courtside.workflows.ledger_documents import read, written
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.sealed_models import MODEL, sealed_model
from courtside.workflows.smoke import smoke
from tests.integration.stage.conftest import Stage
from tests.integration.stage.steps import champion_version, games_ledger
from tests.integration.stage.test_permissions import function_of, role_of_task


def session_of(stage: Stage, role: str) -> boto3.Session:
    """Assume a role as its own service does, and return the session."""
    iam = stage.aws.client("iam")
    found = iam.get_role(RoleName=role)["Role"]
    trusted = found["AssumeRolePolicyDocument"]
    anybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    iam.update_assume_role_policy(
        RoleName=role, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
    )
    try:
        taken = stage.aws.client("sts").assume_role(RoleArn=found["Arn"], RoleSessionName="attack")["Credentials"]
    finally:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trusted))
    return boto3.Session(
        aws_access_key_id=taken["AccessKeyId"],
        aws_secret_access_key=taken["SecretAccessKey"],
        aws_session_token=taken["SessionToken"],
    )


def lake_of(session: boto3.Session, bucket: str) -> S3Lake:
    lake = S3Lake(bucket)
    lake.__dict__["_s3"] = session.client("s3")
    return lake


def ledger_of(session: boto3.Session, stage: Stage) -> DynamoDbLedger:
    found = DynamoDbLedger(stage.loop.output(StackOutput.LEDGER_TABLE))
    found.__dict__["_dynamodb"] = session.client("dynamodb")
    return found


def who_is_champion(stage: Stage) -> tuple[Any, ...]:
    """Return the champion according to the registry, the drift reference and the ledger."""
    pointer, revision = read(games_ledger(stage), ledger_keys.CHAMPION, ChampionPointer)
    assert pointer is not None
    return champion_version(stage), stage.loop.drift_reference(), pointer, revision


@pytest.fixture
def attacker(stage: Stage, champion: str) -> Iterator[boto3.Session]:
    """Return a session with the training task's rights, and check afterwards that the champion has not changed."""
    assert champion == "first"
    before = who_is_champion(stage)
    yield session_of(stage, role_of_task(stage, "TrainingTask"))
    assert who_is_champion(stage) == before


def champion_seal(stage: Stage) -> str:
    seal = stage.loop.drift_reference().sha256
    assert seal is not None
    return seal


def sealed_key(stage: Stage) -> str:
    return next(
        key for key in stage.lake.keys(lake_keys.sealed("nba_games", champion_seal(stage))) if f"/{MODEL}" in key
    )


FORGED = b"forged"
LAKE_ATTACKS: dict[str, Callable[[Stage], str]] = {
    "the sealed model": sealed_key,
    "the seal's manifest": lambda stage: f"{lake_keys.sealed('nba_games', champion_seal(stage))}manifest.json",
    "a seal of its own": lambda _: f"{lake_keys.sealed('nba_games', '0' * 64)}manifest.json",
    "the drift reference": lambda _: lake_keys.champion_reference("nba_games"),
    "its own verdict": lambda _: training_keys.training_verdict("nba_games", "attack"),
    "another's verdict": lambda _: training_keys.training_verdict("nba_games", "first"),
    "the legacy models": lambda _: f"{lake_keys.LEGACY_MODELS_PREFIX}random_forest.pkl",
    "the legacy features": lambda _: f"{lake_keys.LEGACY_FEATURES_PREFIX}test.parquet",
    "what others are trained on": lambda _: lake_keys.games(2010),
}


@pytest.mark.parametrize("attack", LAKE_ATTACKS)
def test_it_cannot_write_decisions_or_what_they_are_based_on(
    stage: Stage, attacker: boto3.Session, attack: str
) -> None:
    lake, key = lake_of(attacker, stage.lake.bucket), LAKE_ATTACKS[attack](stage)
    for change in (lambda: lake.write(key, FORGED), lambda: lake.remove([key])):
        with pytest.raises(ClientError, match="AccessDenied"):
            change()


@pytest.mark.parametrize(
    "key",
    [
        *(
            f"{ledger_keys.of_model('nba_games')}{key}"
            for key in (ledger_keys.CHAMPION, ledger_keys.RETRAINING_LOCK, "history/2026-v9", ledger_keys.approval("a"))
        ),
        ledger_keys.stage_model("nba_games"),
    ],
)
def test_it_cannot_write_or_read_the_ledger(stage: Stage, attacker: boto3.Session, key: str) -> None:
    found = ledger_of(attacker, stage)
    forged = ChampionPointer(version="9", previous=None, reason="forged")
    for attack in (lambda: found.put(written(key, forged, expected_revision=0)), lambda: found.get(key)):
        with pytest.raises(ClientError, match="AccessDenied"):
            attack()


def test_it_cannot_start_or_answer_anything(stage: Stage, attacker: boto3.Session) -> None:
    machine = stage.loop.output(StackOutput.RETRAINING)
    attacks: list[Callable[[], Any]] = [
        lambda: attacker.client("stepfunctions").start_execution(stateMachineArn=machine, input="{}"),
        lambda: attacker.client("lambda").invoke(FunctionName=function_of(stage, "StepsPromote")["FunctionName"]),
        lambda: attacker.client("stepfunctions").send_task_success(taskToken="t", output="{}"),
    ]
    for attack in attacks:
        with pytest.raises(ClientError, match="AccessDenied"):
            attack()


def test_overwriting_the_champions_own_run_has_no_effect(stage: Stage, attacker: boto3.Session) -> None:
    """What the task overwrites in the champion's own run has no effect.

    The task must be able to write models into MLflow's folder, but the champion is not loaded from there.
    """
    version = champion_version(stage)
    assert version is not None
    seal = sealed_model("nba_games", champion_seal(stage), lake=stage.lake)
    registry = MlflowRegistry(stage.aws.tracking_url)
    registered = registry.model_files(version)
    assert registered == seal.files(MODEL)
    place = connect(stage.aws.tracking_url).get_model_version_download_uri(REGISTERED_MODEL, version)
    bucket, _, folder = place.removeprefix("s3://").partition("/")
    artifacts, mine = lake_of(attacker, bucket), lake_of(attacker, stage.lake.bucket)
    own = {key: artifacts.read(key) for key in artifacts.keys(folder)}
    kept = {
        key: mine.read(key)
        for key in (
            training_keys.training_record("nba_games", "first"),
            training_keys.training_profile("nba_games", "first"),
        )
    }
    for key in own:
        artifacts.write(key, FORGED)
    for key in kept:
        mine.write(key, FORGED)
    try:
        assert registry.model_files(version) != registered
        assert smoke(seal, models=MlflowModels()) > 0
        assert seal.record().challenger_version == version
    finally:
        for place_of, contents in ((artifacts, own), (mine, kept)):
            for key, content in contents.items():
                place_of.write(key, content)


def test_a_step_reaches_its_own_partition_of_the_ledger_and_no_other(stage: Stage, champion: str) -> None:
    assert champion == "first"
    table = ledger_of(session_of(stage, function_of(stage, "StepsLock")["Role"].rsplit("/", 1)[-1]), stage)
    found = ModelLedger(table, "nba_games")
    lock, revision = read(found, ledger_keys.RETRAINING_LOCK, RetrainingLockState)
    own = written(ledger_keys.RETRAINING_LOCK, lock or RetrainingLockState(), expected_revision=revision)
    assert found.put(own)
    other = written(ledger_keys.CHAMPION, ChampionPointer(version="9", previous=None, reason="x"), expected_revision=0)
    both = written(ledger_keys.RETRAINING_LOCK, lock or RetrainingLockState(), expected_revision=revision + 1)
    attacks: list[Callable[[], Any]] = [
        lambda: found.get(ledger_keys.CHAMPION),
        lambda: found.put(other),
        lambda: found.put(both, other),
        lambda: found.entries(ledger_keys.HISTORY_PREFIX),
        lambda: table.get(ledger_keys.stage_model("nba_games")),
        lambda: table._dynamodb.scan(TableName=table.table),
    ]
    for attack in attacks:
        with pytest.raises(ClientError, match="AccessDenied"):
            attack()
