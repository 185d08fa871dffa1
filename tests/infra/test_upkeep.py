"""These tests check the scheduled tasks that maintain the tracking server."""

from typing import Any

import pytest

from infra.constructs.mlflow_server import MlflowDatabaseEnv, MlflowMigrationEnv
from infra.settings import settings_for
from tests.infra.conftest import synthesize
from tests.infra.synthesized import SynthesizedStage, text

LOGINS = {"Collection": "ServerLogin", "Rotation": "InstanceSecret"}
# What the backup runs is in test_tracking_copy.py.
COMMANDS = {"Collection": ["gc", "--older-than", "30d"], "Rotation": ["rotate"]}
TASKS = (*COMMANDS, "Backup")


def _container(stage: SynthesizedStage, task: str) -> dict[str, Any]:
    _, definition = stage.pipeline.only("AWS::ECS::TaskDefinition", f"TrackingUpkeep{task}")
    (container,) = definition["ContainerDefinitions"]
    return dict(container)


@pytest.mark.parametrize("task", COMMANDS)
def test_a_task_runs_its_command_on_the_database_and_holds_no_password(stage: SynthesizedStage, task: str) -> None:
    container = _container(stage, task)
    assert container["Command"] == COMMANDS[task]
    environment = {variable["Name"]: text(variable["Value"]) for variable in container["Environment"]}
    assert MlflowDatabaseEnv.read(environment).database_secret_arn.startswith(
        f"<ExportsOutputRefDatabase{LOGINS[task]}"
    )
    rotated = MlflowMigrationEnv.read(environment).as_env() if task == "Rotation" else {}
    assert MlflowDatabaseEnv.read(environment).as_env() | rotated == environment
    assert {secret["Name"] for secret in container["Secrets"]} == {"PGHOST", "PGPORT", "PGUSER", "PGDATABASE"}


@pytest.mark.parametrize("task", TASKS)
def test_each_task_has_a_schedule_retries_and_a_queue_for_failed_starts(stage: SynthesizedStage, task: str) -> None:
    definition, _ = stage.pipeline.only("AWS::ECS::TaskDefinition", f"TrackingUpkeep{task}")
    _, schedule = stage.pipeline.only("AWS::Scheduler::Schedule", f"TrackingUpkeep{task}Schedule")
    queue, _ = stage.pipeline.only("AWS::SQS::Queue", "TrackingUpkeepMissed")
    target = schedule["Target"]
    assert schedule["State"] == "ENABLED"
    assert text(target["EcsParameters"]["TaskDefinitionArn"]) == f"<{definition}>"
    assert text(target["Arn"]).startswith("<ExportsOutputFnGetAttMlflowCluster")
    assert text(target["DeadLetterConfig"]["Arn"]) == f"<{queue}.Arn>"
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 3}
    assert target["EcsParameters"]["PropagateTags"] == "TASK_DEFINITION", (
        "the tags that count its cost towards the stage's budget are missing"
    )
    network = target["EcsParameters"]["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "ENABLED"
    (group,) = network["SecurityGroups"]
    assert text(group).startswith("<ExportsOutputFnGetAttMlflowSecurityGroup")


def test_a_task_that_never_started_raises_an_alarm_and_one_that_failed_an_alert(stage: SynthesizedStage) -> None:
    queue, _ = stage.pipeline.only("AWS::SQS::Queue", "TrackingUpkeepMissed")
    _, alarm = stage.pipeline.only("AWS::CloudWatch::Alarm", "AlertsUpkeepMissed")
    assert text(alarm["Dimensions"][0]["Value"]) == f"<{queue}.QueueName>"
    _, rule = stage.pipeline.only("AWS::Events::Rule", "TrackingUpkeepFailed")
    detail = rule["EventPattern"]["detail"]
    assert detail["group"] == [{"prefix": "family:"}]
    assert detail["lastStatus"] == ["STOPPED"]
    assert detail["$or"] == [
        # The rule names our container, because another one, such as GuardDuty's, may end as it likes.
        {"containers": {"name": ["upkeep"], "exitCode": [{"anything-but": [0]}]}},
        {"stopCode": ["TaskFailedToStart"]},
    ]
    topic, _ = stage.pipeline.only("AWS::SNS::Topic")
    assert [text(target["Arn"]) for target in rule["Targets"]] == [f"<{topic}>"]


def test_retention_rotation_and_backups_follow_the_settings(tmp_path: Any) -> None:
    rotated, copied = "cron(0 3 ? * MON *)", "rate(6 hours)"
    own = {"tracking_retention_days": 7, "password_schedule": rotated, "backup_schedule": copied}
    stage = synthesize(settings_for("dev").model_copy(update=own), tmp_path)
    assert _container(stage, "Collection")["Command"] == ["gc", "--older-than", "7d"]
    for task, expression in {"Rotation": rotated, "Backup": copied}.items():
        _, schedule = stage.pipeline.only("AWS::Scheduler::Schedule", f"TrackingUpkeep{task}Schedule")
        assert schedule["ScheduleExpression"] == expression


def test_every_night_has_a_backup_before_anything_is_removed(stage: SynthesizedStage) -> None:
    _, backup = stage.pipeline.only("AWS::Scheduler::Schedule", "TrackingUpkeepBackupSchedule")
    _, collection = stage.pipeline.only("AWS::Scheduler::Schedule", "TrackingUpkeepCollectionSchedule")
    assert backup["ScheduleExpression"] == "cron(0 8 * * ? *)"
    assert collection["ScheduleExpression"] == "cron(0 9 ? * SUN *)"
