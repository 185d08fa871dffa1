"""A stage is deployed by an earlier release, upgraded by change sets and destroyed; the tests run in this order."""

import json
import subprocess
import sys
import time
from typing import Any

import pytest

from courtside.adapters.deployment import StageNotDeployed, stage_outputs
from courtside.adapters.retained_resources import retained_resources
from courtside.contracts.names import STACKS, StackOutput, stack_name
from embedded_aws.assembly import read_assembly
from embedded_aws.webhooks import SLACK
from infra.changes.specification import specification
from tests.integration.lifecycle.conftest import BODY, OBJECT, WEBHOOK, Upgrade, database_password

STACK_NAMES = [stack_name("dev", stack) for stack in STACKS]


def announce(upgrade: Upgrade, stack: str, template: str, *, name: str) -> list[dict[str, Any]]:
    """Create a change set and return the changes that it announces."""
    cloudformation, s3 = upgrade.aws.client("cloudformation"), upgrade.aws.client("s3")
    # A request cannot carry a template of this size, so it is uploaded first.
    s3.create_bucket(Bucket=f"templates-{stack}")
    s3.put_object(Bucket=f"templates-{stack}", Key=name, Body=template.encode())
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=name,
        ChangeSetType="UPDATE",
        TemplateURL=f"{upgrade.aws.endpoint}/templates-{stack}/{name}",
        Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    waiter = cloudformation.get_waiter("change_set_create_complete")
    waiter.wait(StackName=stack, ChangeSetName=name, WaiterConfig={"Delay": 1})
    pages = cloudformation.get_paginator("describe_change_set").paginate(StackName=stack, ChangeSetName=name)
    return [change["ResourceChange"] for page in pages for change in page["Changes"]]


def execute(upgrade: Upgrade, stack: str, *, name: str) -> None:
    """Execute a change set as `cdk deploy` does."""
    cloudformation = upgrade.aws.client("cloudformation")
    cloudformation.execute_change_set(StackName=stack, ChangeSetName=name)
    cloudformation.get_waiter("stack_update_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})


@pytest.fixture(scope="module")
def announced(upgrade: Upgrade) -> list[dict[str, Any]]:
    """Return the announced changes of all stacks, after their change sets were executed."""
    assembly = read_assembly(upgrade.assembly)
    # Assets are published before change sets are made, and only the change sets change the stacks.
    upgrade.aws.publish(upgrade.assembly)
    said = []
    for stack in assembly.stacks:
        said += announce(upgrade, stack.name, stack.template.read_text(), name="upgrade")
        execute(upgrade, stack.name, name="upgrade")
    return said


def test_the_change_sets_replace_and_remove_nothing_that_holds_data(announced: list[dict[str, Any]]) -> None:
    known = specification()
    stateful = [change for change in announced if known[change["ResourceType"]].stateful]
    assert {change["LogicalResourceId"] for change in stateful if change["Action"] == "Add"} >= {"Ledger"}
    assert [change for change in stateful if change["Action"] not in {"Add", "Modify"}] == []
    assert [change for change in stateful if change.get("Replacement", "False") == "True"] == []
    # The embedded AWS does not know which properties replace a bucket, so it says of each that it might.
    changed = {
        (change["ResourceType"], each["Target"]["Name"])
        for change in stateful
        if change.get("Replacement") == "Conditional"
        for each in change["Details"]
    }
    assert [(kind, name) for kind, name in changed if name in known[kind].replacing] == []


@pytest.mark.usefixtures("announced")
def test_a_change_set_announces_a_replacement_if_there_is_one(upgrade: Upgrade) -> None:
    changed = json.loads((upgrade.assembly / "courtside-dev-data.template.json").read_text())
    changed["Resources"]["LakeBucket"]["Properties"]["BucketName"] = "a-name-of-its-own"
    changed["Resources"]["SlackWebhookSecret"]["Properties"]["Name"] = "a-name-of-its-own"
    said = announce(upgrade, "courtside-dev-data", json.dumps(changed), name="harmful")
    replaced = {change["LogicalResourceId"] for change in said if change.get("Replacement", "False") != "False"}
    assert {"LakeBucket", "SlackWebhookSecret"} <= replaced


@pytest.mark.usefixtures("announced")
def test_stored_data_survives_the_upgrade(upgrade: Upgrade) -> None:
    outputs = stage_outputs("dev")
    assert outputs[StackOutput.LAKE_BUCKET] == upgrade.lake
    assert outputs[SLACK.secret_output] == upgrade.slack_secret
    found = upgrade.aws.client("s3").get_object(Bucket=upgrade.lake, Key=OBJECT)["Body"].read()
    assert found == BODY
    secret = upgrade.aws.client("secretsmanager").get_secret_value(SecretId=upgrade.slack_secret)
    assert secret["SecretString"] == WEBHOOK
    assert database_password(upgrade.aws) == upgrade.database_password
    assert upgrade.aws.wait_for_tracking()


@pytest.mark.usefixtures("announced")
def test_a_deployed_stage_has_no_leftovers(upgrade: Upgrade) -> None:  # noqa: ARG001
    assert retained_resources("dev") == []


def test_destroy_keeps_the_data_and_the_command_says_how_to_remove_it(
    upgrade: Upgrade, announced: list[dict[str, Any]]
) -> None:
    assert announced
    cloudformation = upgrade.aws.client("cloudformation")
    for stack in reversed(STACK_NAMES):
        cloudformation.delete_stack(StackName=stack)
        _until_gone(cloudformation, stack)
    with pytest.raises(StageNotDeployed):
        stage_outputs("dev")

    # A database that is created again gets the same name.
    assert list(upgrade.aws.directory.glob("postgres-*")) == []
    left = {thing.logical_id: thing for thing in retained_resources("dev")}
    assert set(left) == {"LakeBucket", "ArtifactsBucket", "Ledger", "SlackWebhookSecret", "TrackingDatabase"}
    assert left["LakeBucket"].name == upgrade.lake
    assert upgrade.aws.client("s3").get_object(Bucket=upgrade.lake, Key=OBJECT)["Body"].read() == BODY
    assert left["LakeBucket"].holds == "object versions: 1"
    done = subprocess.run(
        [sys.executable, "-m", "courtside.cli", "kept", "--stage", "dev"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for part in (
        f"aws s3 rb s3://{upgrade.lake}",
        f"aws dynamodb delete-table --table-name {left['Ledger'].name}",
        f"aws secretsmanager delete-secret --secret-id {upgrade.slack_secret}",
        f"aws rds delete-db-snapshot --db-snapshot-identifier {left['TrackingDatabase'].name}",
    ):
        assert part in done.stdout, done.stdout


def test_removed_leftovers_are_no_longer_listed(upgrade: Upgrade) -> None:
    before = {thing.logical_id: thing.name for thing in retained_resources("dev")}
    assert before
    aws = upgrade.aws
    s3 = aws.client("s3")
    for version in s3.list_object_versions(Bucket=upgrade.lake)["Versions"]:
        s3.delete_object(Bucket=upgrade.lake, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=upgrade.lake)
    s3.delete_bucket(Bucket=before["ArtifactsBucket"])
    aws.client("dynamodb").delete_table(TableName=before["Ledger"])
    aws.client("rds").delete_db_snapshot(DBSnapshotIdentifier=before["TrackingDatabase"])
    aws.client("secretsmanager").delete_secret(SecretId=upgrade.slack_secret, RecoveryWindowInDays=7)
    done = subprocess.run(
        [sys.executable, "-m", "courtside.cli", "kept", "--json"], capture_output=True, text=True, check=False
    )
    assert json.loads(done.stdout) == []


def _until_gone(cloudformation: Any, stack: str) -> None:
    deadline = time.monotonic() + 300
    while any(each["StackName"] == stack for each in cloudformation.describe_stacks()["Stacks"]):
        assert time.monotonic() < deadline, cloudformation.describe_stacks()["Stacks"]
        time.sleep(0.2)
