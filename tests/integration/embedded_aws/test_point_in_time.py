"""A DynamoDB table can be restored as it was at a moment, and a deleted one from the backup that AWS keeps of it."""

import time
from typing import Any

import pytest

from tests.integration.embedded_aws.conftest import Deployed


@pytest.fixture
def table(deployed: Deployed, request: pytest.FixtureRequest) -> str:
    client, name = deployed.aws.client("dynamodb"), f"table-{request.node.name[5:40]}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return name


def put(client: Any, table: str, **items: str) -> None:
    for name, value in items.items():
        client.put_item(TableName=table, Item={"id": {"S": name}, "value": {"S": value}})


def held(client: Any, table: str) -> dict[str, str]:
    return {each["id"]["S"]: each["value"]["S"] for each in client.scan(TableName=table)["Items"]}


def moment() -> float:
    """Return a moment that lies between what was done before and what is done afterwards."""
    now = time.time()
    while time.time() < now + 0.01:
        time.sleep(0.002)
    return now


def test_a_table_is_restored_as_it_was_at_a_moment(deployed: Deployed, table: str) -> None:
    client = deployed.aws.client("dynamodb")
    put(client, table, kept="1", changed="1", removed="1")
    then = moment()
    put(client, table, changed="2", new="1")
    client.delete_item(TableName=table, Key={"id": {"S": "removed"}})
    client.restore_table_to_point_in_time(
        SourceTableName=table, TargetTableName=f"{table}-then", RestoreDateTime=f"{then:.3f}"
    )
    assert held(client, f"{table}-then") == {"kept": "1", "changed": "1", "removed": "1"}
    assert held(client, table) == {"kept": "1", "changed": "2", "new": "1"}
    # What was restored can be restored itself.
    client.restore_table_to_point_in_time(
        SourceTableName=table, TargetTableName=f"{table}-latest", UseLatestRestorableTime=True
    )
    assert held(client, f"{table}-latest") == held(client, table)


def test_a_moment_outside_of_what_is_kept_is_refused(deployed: Deployed, table: str) -> None:
    client = deployed.aws.client("dynamodb")
    kept = client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    earliest = kept["PointInTimeRecoveryDescription"]["EarliestRestorableDateTime"].timestamp()
    for asked in (earliest - 3600, time.time() + 3600):
        with pytest.raises(client.exceptions.InvalidRestoreTimeException):
            client.restore_table_to_point_in_time(
                SourceTableName=table, TargetTableName=f"{table}-no", RestoreDateTime=str(asked)
            )


def test_a_table_without_recovery_is_refused(deployed: Deployed, table: str) -> None:
    client = deployed.aws.client("dynamodb")
    client.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    with pytest.raises(client.exceptions.PointInTimeRecoveryUnavailableException):
        client.restore_table_to_point_in_time(
            SourceTableName=table, TargetTableName=f"{table}-no", UseLatestRestorableTime=True
        )


def test_a_deleted_table_is_restored_from_the_backup_that_its_deletion_made(deployed: Deployed, table: str) -> None:
    client = deployed.aws.client("dynamodb")
    put(client, table, one="1")
    client.delete_table(TableName=table)
    backups = client.list_backups(TableName=table, BackupType="SYSTEM")["BackupSummaries"]
    assert [each["BackupType"] for each in backups] == ["SYSTEM"]
    client.restore_table_from_backup(TargetTableName=table, BackupArn=backups[0]["BackupArn"])
    assert held(client, table) == {"one": "1"}
