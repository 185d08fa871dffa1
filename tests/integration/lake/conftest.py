"""These fixtures provide an embedded AWS with one versioned bucket, in the stacks of a stage that holds nothing
else.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from courtside.adapters.deployment import stage_outputs
from courtside.adapters.dynamodb_ledger import PARTITION, SORT
from courtside.adapters.s3_lake import S3Lake
from courtside.contracts.names import STACKS, StackOutput, stack_name
from embedded_aws.aws import LocalAws, LocalOptions
from tests.fakes.aws_environment import point_at

STAGE = "lakeonly"
LEDGER = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in (PARTITION, SORT)],
        "KeySchema": [
            {"AttributeName": PARTITION, "KeyType": "HASH"},
            {"AttributeName": SORT, "KeyType": "RANGE"},
        ],
    },
}


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with LocalAws.start(LocalOptions(state_directory=tmp_path_factory.mktemp("state"))) as running:
        yield running


@pytest.fixture(scope="session")
def bucket(aws: LocalAws) -> str:
    """Deploy a stage whose stacks hold a lake and otherwise only a topic each, and return the lake's bucket."""
    formation = aws.client("cloudformation")
    for stack in STACKS:
        resources: dict[str, Any] = {"Topic": {"Type": "AWS::SNS::Topic"}}
        resources["Lake"] = {
            "Type": "AWS::S3::Bucket",
            "Properties": {"VersioningConfiguration": {"Status": "Enabled"}},
        }
        template: dict[str, Any] = {"Resources": resources}
        if stack == STACKS[0]:
            resources["Ledger"] = LEDGER
            outputs = {StackOutput.LAKE_BUCKET: "Lake", StackOutput.LEDGER_TABLE: "Ledger"}
            template["Outputs"] = {name: {"Value": {"Ref": resource}} for name, resource in outputs.items()}
        formation.create_stack(StackName=stack_name(STAGE, stack), TemplateBody=json.dumps(template))
        formation.get_waiter("stack_create_complete").wait(StackName=stack_name(STAGE, stack))
    described = formation.describe_stacks(StackName=stack_name(STAGE, STACKS[0]))["Stacks"][0]["Outputs"]
    return next(str(each["OutputValue"]) for each in described if each["OutputKey"] == StackOutput.LAKE_BUCKET)


@pytest.fixture(autouse=True)
def pointed(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands reach this AWS for one test: other stages of the same process have environments of their own."""
    point_at(aws.environment(), monkeypatch)


@pytest.fixture
def lake(aws: LocalAws, bucket: str) -> S3Lake:
    """Return the lake, emptied of every version, in a stage without models."""
    dynamodb, table = aws.client("dynamodb"), stage_outputs(STAGE)[StackOutput.LEDGER_TABLE]
    for item in dynamodb.scan(TableName=table)["Items"]:
        dynamodb.delete_item(TableName=table, Key={name: item[name] for name in (PARTITION, SORT)})
    s3 = aws.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            versions = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": versions})
    return S3Lake(bucket)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.embedded)
