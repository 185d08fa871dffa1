"""Operators can examine a deployed stage, with each of its parts broken once, and back it up and restore it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from courtside.adapters import tracking_task
from courtside.adapters.dynamodb_ledger import DynamoDbLedger
from courtside.adapters.examination.monitoring import schedule
from courtside.adapters.examination.preflight import Plan, quotas
from courtside.adapters.mlflow_connection import connect
from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.adapters.stack_resources import stack_resources
from courtside.adapters.tracking_task import CopyNotUnderstood, CopyRefused
from courtside.cli.main import app
from courtside.contracts import ledger_keys
from courtside.contracts.lake_keys import TRACKING_BACKUPS_PREFIX
from courtside.contracts.names import DEFAULT_DATASET, REGISTERED_MODEL, Alias, StackOutput
from courtside.contracts.records import RetrainingLockState
from courtside.workflows.ledger_documents import read, written
from courtside.workflows.model_ledger import ModelLedger
from embedded_aws.webhooks import SLACK
from tests.integration.stage.conftest import Stage


@dataclass(frozen=True)
class Said:
    """What the doctor printed as JSON, and its exit code."""

    exit_code: int
    findings: dict[str, dict[str, str]]

    def of(self, check: str) -> tuple[str, str, str]:
        finding = self.findings[check]
        return finding["level"], finding["detail"], finding["fix"]

    def starting(self, check: str) -> tuple[str, str, str]:
        (name,) = [each for each in self.findings if each.startswith(check)]
        return self.of(name)


def ask(*arguments: str) -> Said:
    result = CliRunner().invoke(app, ["doctor", "--stage", "dev", "--json", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Said(result.exit_code, {finding["check"]: finding for finding in json.loads(result.stdout)})


@pytest.fixture(autouse=True)
def tracking(stage: Stage, champion: str, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: ARG001
    """Give commands the server's own address, because the tracking API is not emulated."""
    monkeypatch.setenv("COURTSIDE_TRACKING_URI", stage.aws.tracking_url)
    return stage.aws.tracking_url


@pytest.fixture
def ledger(stage: Stage) -> ModelLedger:
    return ModelLedger(DynamoDbLedger(stage.loop.output(StackOutput.LEDGER_TABLE)), DEFAULT_DATASET)


def test_a_working_stage_passes_every_check(stage: Stage) -> None:
    said = ask()
    assert (said.exit_code, {check for check, each in said.findings.items() if each["level"] == "fail"}) == (0, set())
    version = MlflowRegistry(stage.aws.tracking_url).champion_version()
    assert said.of("champion")[1] == f"version {version}: ledger, registry and drift reference agree"
    for check in (
        "service",
        "schedule Watch",
        "last check",
        "last training",
        "lock",
        "dead letters",
        "Slack",
        "bootstrap",
        "settings",
        "cdk",
    ):
        assert said.of(check)[0] == "ok", said.of(check)
    assert [said.of(f"stack courtside-dev-{stack}")[0] for stack in ("data", "tracking", "pipeline")] == ["ok"] * 3


def test_every_finding_that_is_not_ok_says_what_to_do() -> None:
    for finding in ask().findings.values():
        assert bool(finding["fix"]) == (finding["level"] != "ok"), finding


def test_each_finding_is_one_line_with_its_fix_below() -> None:
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0
    assert "  ok  champion" in result.stdout
    assert "warn  settings alert_emails" in result.stdout
    assert "→ set alert_emails in infra/settings.py" in result.stdout


@pytest.fixture
def letter(stage: Stage) -> Iterator[None]:
    sqs = stage.aws.client("sqs")
    (queue,) = [url for url in sqs.list_queues()["QueueUrls"] if "WatchMissed" in url]
    sqs.send_message(QueueUrl=queue, MessageBody="an event")
    yield
    sqs.purge_queue(QueueUrl=queue)


@pytest.mark.usefixtures("letter")
def test_a_dead_letter_fails_the_examination() -> None:
    said = ask()
    assert said.exit_code == 1
    level, detail, fix = said.starting("dead letters WatchMissed")
    assert (level, detail[:6]) == ("fail", "1 wait")
    assert "redrive" in fix


@pytest.fixture
def stuck(ledger: ModelLedger) -> Iterator[None]:
    before, revision = read(ledger, ledger_keys.RETRAINING_LOCK, RetrainingLockState)
    before = before or RetrainingLockState()
    ended = datetime.now(UTC) - timedelta(minutes=1)
    held = before.model_copy(update={"holder": "died-on-the-way", "lease_until": ended})
    assert ledger.put(written(ledger_keys.RETRAINING_LOCK, held, expected_revision=revision))
    yield
    assert ledger.put(written(ledger_keys.RETRAINING_LOCK, before, expected_revision=revision + 1))


@pytest.mark.usefixtures("stuck")
def test_a_lock_of_a_dead_execution_is_reported_with_what_happens_to_it() -> None:
    said = ask()
    assert said.exit_code == 0
    level, detail, fix = said.of("lock")
    assert level == "warn"
    assert "died-on-the-way ended without giving it back" in detail
    assert "takes it over" in fix


@pytest.fixture
def moved(stage: Stage, ledger: ModelLedger) -> Iterator[str]:
    """Delete the registry's alias by hand, so that the ledger does not know, and set it again afterwards."""
    client, version = connect(stage.aws.tracking_url), MlflowRegistry(stage.aws.tracking_url).champion_version()
    assert version is not None
    assert ledger.get(ledger_keys.CHAMPION) is not None
    client.delete_registered_model_alias(REGISTERED_MODEL, Alias.CHAMPION)
    yield version
    client.set_registered_model_alias(REGISTERED_MODEL, Alias.CHAMPION, version)


def test_a_registry_that_disagrees_with_the_ledger_is_reported_and_the_fix_works(stage: Stage, moved: str) -> None:
    said = ask()
    level, detail, fix = said.of("champion")
    assert (said.exit_code, level) == (1, "fail")
    assert detail.startswith(f"the ledger names version {moved}, the registry names nobody")
    words = fix.replace('"', "").split(maxsplit=5)
    assert CliRunner().invoke(app, words[1:]).exit_code == 0
    assert MlflowRegistry(stage.aws.tracking_url).champion_version() == moved
    assert ask().of("champion")[0] == "ok"


@pytest.fixture
def paused(stage: Stage) -> Iterator[None]:
    scheduler = stage.aws.client("scheduler")
    every = [
        scheduler.get_schedule(Name=known["Name"], GroupName=known["GroupName"])
        for known in scheduler.list_schedules()["Schedules"]
    ]
    (described,) = [each for each in every if each["Description"] == "Watch"]
    fields = (
        "Name",
        "GroupName",
        "Description",
        "ScheduleExpression",
        "ScheduleExpressionTimezone",
        "FlexibleTimeWindow",
        "Target",
    )
    given = {name: described[name] for name in fields}
    scheduler.update_schedule(**given, State="DISABLED")
    yield
    scheduler.update_schedule(**given, State="ENABLED")


@pytest.mark.usefixtures("paused")
def test_a_paused_schedule_is_reported() -> None:
    assert ask().of("schedule Watch")[0] == "warn"


def test_a_topic_without_subscribers_is_reported() -> None:
    assert ask().of("alert e-mail")[:2] == ("warn", "no address is subscribed")


def test_a_webhook_that_was_never_set_is_reported_without_showing_the_secret(stage: Stage) -> None:
    secret = stage.loop.output(SLACK.secret_output)
    stage.aws.client("secretsmanager").put_secret_value(SecretId=secret, SecretString="a placeholder")
    said = ask()
    stage.loop.set_webhooks({"slack": stage.slack.url})
    assert said.of("Slack")[0] == "warn"
    assert secret in said.of("Slack")[2]
    assert "a placeholder" not in json.dumps(said.findings)


def test_a_stage_that_is_not_deployed_is_checked_for_what_deploying_needs() -> None:
    result = CliRunner().invoke(app, ["doctor", "--stage", "prod", "--json"])
    found = {finding["check"]: finding for finding in json.loads(result.stdout)}
    assert found["stack courtside-prod-data"]["detail"] == "not deployed yet"
    assert found["stack courtside-prod-data"]["fix"] == "npx cdk deploy --all -c stage=prod"
    assert {"node", "cdk", "images", "credentials", "region", "bootstrap", "quota of networks"} <= found.keys()
    assert "champion" not in found


def test_a_stage_without_settings_fails_on_them() -> None:
    result = CliRunner().invoke(app, ["doctor", "--stage", "nowhere", "--json"])
    found = {finding["check"]: finding for finding in json.loads(result.stdout)}
    assert result.exit_code == 1
    assert "choose one of dev, staging, prod" in found["settings"]["detail"]


@pytest.mark.parametrize(("limit", "level"), [(0.0, "fail"), (50.0, "ok")])
def test_an_account_without_room_for_a_stage_fails(
    stage: Stage,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    limit: float,
    level: str,
) -> None:
    """An account whose quotas are too small for a stage fails the examination.

    Service Quotas is not emulated, so the test supplies its answer; what is in use is really queried.
    """
    monkeypatch.setattr(quotas, "_quota", lambda *_: limit)
    plan = Plan(settings={"training_size": {"cpu": 4096}}, region="us-east-1", root=Path())
    found = {finding.check: finding for finding in quotas.EXAMINATION.look(plan)}
    assert found["quota of networks"].level == level
    assert found["quota of tasks"].level == level
    assert found["quota of functions"].level == "ok"


def test_a_round_that_was_due_and_did_not_run_is_reported(stage: Stage) -> None:
    resources = stack_resources("courtside-dev-pipeline")
    (alarm,) = (each.physical_id for each in resources if "NoRoundFinished" in each.logical_id)
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="no data for 4 hours")
    try:
        found = {each.check: each for each in schedule(resources, lake=stage.lake.bucket)}
    finally:
        cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="the test is over")
    assert found["schedule Watch"].level == "ok"
    assert found["last check"].level == "fail"
    assert "No round of the watch has finished in" in found["last check"].detail
    healthy = {each.check: each for each in schedule(resources, lake=stage.lake.bucket)}
    assert healthy["last check"].level == "ok"


def test_status_names_the_champion_and_says_that_nothing_runs(stage: Stage, ledger: ModelLedger) -> None:
    result = CliRunner().invoke(app, ["status", "--stage", "dev", "--json"])
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    version = MlflowRegistry(stage.aws.tracking_url).champion_version()
    assert said["champion"]["version"] == version
    assert (said["retraining"], said["approvals"]) == (None, [])
    assert CliRunner().invoke(app, ["status"]).stdout.startswith(f"champion\tversion {version} since ")
    assert ledger.get(ledger_keys.CHAMPION) is not None


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Query the task several times a second, because here it ends within a second."""
    monkeypatch.setattr(tracking_task, "POLL_SECONDS", 0.2)


@pytest.mark.usefixtures("soon")
def test_the_tracking_database_is_backed_up_and_restored_by_a_task_in_its_network(stage: Stage) -> None:
    registry = MlflowRegistry(stage.aws.tracking_url)
    before, earlier = registry.versions(), stage.lake.keys(TRACKING_BACKUPS_PREFIX)
    made = json.loads(CliRunner().invoke(app, ["tracking", "backup", "--json"]).stdout)
    assert made["model_versions"] == len(connect(stage.aws.tracking_url).search_model_versions())
    listed = json.loads(CliRunner().invoke(app, ["tracking", "backups", "--json"]).stdout)
    assert [each["key"] for each in listed] == [made["key"], *reversed(earlier)]

    refused = CliRunner().invoke(app, ["tracking", "restore", made["key"]])
    assert isinstance(refused.exception, CopyRefused)
    assert str(refused.exception).startswith("DatabaseNotEmpty: the database already holds rows: ")
    assert "--replace" in str(refused.exception)

    connect(stage.aws.tracking_url).delete_registered_model(REGISTERED_MODEL)
    assert registry.versions() == []
    restored = CliRunner().invoke(app, ["tracking", "restore", made["key"], "--replace", "--json"])
    assert restored.exit_code == 0, restored.exception
    assert json.loads(restored.stdout)["rows"] == made["rows"]
    assert registry.versions() == before
    assert ask().of("champion")[0] == "ok"


@pytest.mark.usefixtures("soon")
def test_a_backup_that_does_not_exist_is_reported() -> None:
    refused = CliRunner().invoke(app, ["tracking", "restore", "backups/tracking/never.zip", "--replace"])
    assert isinstance(refused.exception, CopyNotUnderstood)
    assert str(refused.exception).startswith("BackupUnreadable: the backup cannot be read: s3://")
    assert "backups/tracking/never.zip does not exist; nothing was changed" in str(refused.exception)
