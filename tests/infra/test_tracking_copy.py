"""These tests check what the tasks that copy the tracking database run and what they may do."""

from fnmatch import fnmatch
from typing import Any

from courtside.contracts import lake_keys
from courtside.contracts.environment import TrackingCopyEnv
from infra.constructs.tracking_copy import BACKUPS
from tests.infra.granted import LAKE, allowed
from tests.infra.synthesized import ROOT, SynthesizedStage, text

ROLE = "TrackingCopyTaskTaskRole"
NIGHTLY = "TrackingUpkeepBackupTaskRole"


def container(stage: SynthesizedStage) -> dict[str, Any]:
    _, task = stage.tracking.only("AWS::ECS::TaskDefinition", "TrackingCopy")
    return only_container(task)


def only_container(task: dict[str, Any]) -> dict[str, Any]:
    (only,) = task["ContainerDefinitions"]
    found: dict[str, Any] = only
    return found


def test_the_task_backs_up_unless_it_is_told_otherwise(stage: SynthesizedStage) -> None:
    found = container(stage)
    assert found["EntryPoint"] == ["python", "-m", "training_image.tracking_copy"]
    assert found["Command"] == ["backup"]
    assert (ROOT / "training_image" / "tracking_copy.py").is_file()


def test_the_task_reads_the_current_password_and_no_environment_holds_it(stage: SynthesizedStage) -> None:
    found = container(stage)
    assert {each["Name"] for each in found["Secrets"]} == {"PGHOST", "PGPORT", "PGUSER", "PGDATABASE"}
    names = {each["Name"] for each in found["Environment"]}
    assert names == set(TrackingCopyEnv(lake_bucket="abc", database_secret_arn="a").as_env())


def test_the_task_reads_and_adds_backups_and_nothing_else_in_the_lake(dev: SynthesizedStage) -> None:
    for action in ("s3:GetObject", "s3:PutObject"):
        assert {each for each in allowed(dev.tracking, ROLE, action) if "*" in each} == {f"{LAKE}/{BACKUPS}"}
    for action in ("s3:DeleteObject", "s3:DeleteObjectVersion", "secretsmanager:PutSecretValue", "ecs:RunTask"):
        assert allowed(dev.tracking, ROLE, action) == set()
    assert fnmatch(lake_keys.TRACKING_BACKUPS_PREFIX + "x.zip", BACKUPS)
    assert not fnmatch(lake_keys.champion_reference("nba_games"), BACKUPS)


def test_the_nightly_task_runs_the_same_as_the_servers_role_and_reads_no_backup(stage: SynthesizedStage) -> None:
    _, task = stage.pipeline.only("AWS::ECS::TaskDefinition", "TrackingUpkeepBackup")
    nightly = only_container(task)
    environment = {each["Name"]: text(each["Value"]) for each in nightly["Environment"]}
    assert "ServerLogin" in TrackingCopyEnv.read(environment).database_secret_arn
    for same in ("EntryPoint", "Command", "ReadonlyRootFilesystem"):
        assert nightly[same] == container(stage)[same]
    assert nightly["Name"] == "upkeep", "the rule that announces failures matches this name"
    assert allowed(stage.pipeline, NIGHTLY, "s3:PutObject") == {f"{LAKE}/{BACKUPS}"}
    for action in ("s3:GetObject", "s3:ListBucket", "s3:DeleteObject", "s3:DeleteObjectVersion"):
        assert allowed(stage.pipeline, NIGHTLY, action) == set()


def test_no_schedule_or_rule_starts_the_task(stage: SynthesizedStage) -> None:
    services = stage.of_type("AWS::ECS::Service").values()
    assert all("TrackingCopy" not in text(service["TaskDefinition"]) for service in services)
    targets = [text(schedule["Target"]["Arn"]) for schedule in stage.of_type("AWS::Scheduler::Schedule").values()]
    assert not [arn for arn in targets if "TrackingCopy" in arn]


def test_the_task_adds_no_new_way_to_the_database(stage: SynthesizedStage) -> None:
    for kind in ("AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"):
        found = stage.tracking.of_type(kind)
        assert found
        assert not [key for key in found if "TrackingCopy" in key]
