"""What a destroyed stage left behind in the account on purpose, and how to remove it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import boto3
from botocore.exceptions import ClientError

from courtside.adapters.stack_resources import StackResource, deleted_resources, stages_of_90_days
from courtside.contracts.errors import BadInput
from courtside.contracts.names import STACKS, stack_name

_SKIPPED = "DELETE_SKIPPED"


@dataclass(frozen=True, slots=True)
class RetainedResource:
    """One thing that outlived its stack: what it is, what it holds, and the command that removes it for good."""

    kind: str
    name: str
    logical_id: str
    holds: str
    remove: str


class StageNeverHere(BadInput):
    """As far as AWS remembers, no stage of this name was in this account and region."""

    def __init__(self, stage: str, known: Sequence[str]) -> None:
        self.stage = stage
        self.known = tuple(known)
        super().__init__(
            f"no stage {stage} stood in this account and region in the last 90 days, and nothing here has its name; "
            f"stages that did: {', '.join(known) or 'none'}. Correct --stage, or check AWS_PROFILE and AWS_REGION"
        )


def retained_resources(stage: str) -> list[RetainedResource]:
    """Return what the deleted stacks of a stage left behind and is still there.

    CloudFormation remembers a deleted stack for 90 days; log groups are found by the stage's name. Raises
    `StageNeverHere` if nothing was found and AWS does not remember the stage either.
    """
    names = [stack_name(stage, stack) for stack in STACKS]
    found = [thing for resource in deleted_resources(names) for thing in _left(resource)]
    left = sorted({*found, *_log_groups(names)}, key=lambda thing: (thing.kind, thing.name))
    known = [stage] if left else stages_of_90_days()
    if stage not in known:
        raise StageNeverHere(stage, known)
    return left


def _left(resource: StackResource) -> Iterator[RetainedResource]:
    if resource.kind == "AWS::RDS::DBInstance":
        yield from _snapshots(resource)
    elif resource.status == _SKIPPED:
        look = _LOOKS.get(resource.kind)
        if look is None:
            how = f"in the console: it is the {resource.kind} {resource.physical_id}"
            yield RetainedResource(resource.kind, resource.physical_id, resource.logical_id, "", how)
        else:
            yield from look(resource)


def _bucket(resource: StackResource) -> Iterator[RetainedResource]:
    name, s3 = resource.physical_id, boto3.client("s3")
    try:
        found = s3.list_object_versions(Bucket=name, MaxKeys=1000)
    except ClientError as error:
        if _is_gone(error):
            return
        raise
    versions = len(found.get("Versions", [])) + len(found.get("DeleteMarkers", []))
    more = " or more" if found.get("IsTruncated") else ""
    # `aws s3 rb --force` leaves old versions, and then the bucket cannot be deleted.
    how = f"empty it with all versions (S3 console, Empty), then: aws s3 rb s3://{name}"
    yield RetainedResource("bucket", name, resource.logical_id, f"object versions: {versions}{more}", how)


def _table(resource: StackResource) -> Iterator[RetainedResource]:
    name = resource.physical_id
    try:
        table = boto3.client("dynamodb").describe_table(TableName=name)["Table"]
    except ClientError as error:
        if _is_gone(error):
            return
        raise
    unprotect = f"aws dynamodb update-table --table-name {name} --no-deletion-protection-enabled && "
    how = f"aws dynamodb delete-table --table-name {name}"
    protected = table.get("DeletionProtectionEnabled", False)
    holds = f"documents: about {table.get('ItemCount', 0)}"
    yield RetainedResource("table", name, resource.logical_id, holds, f"{unprotect if protected else ''}{how}")


def _secret(resource: StackResource) -> Iterator[RetainedResource]:
    try:
        described = boto3.client("secretsmanager").describe_secret(SecretId=resource.physical_id)
    except ClientError as error:
        if _is_gone(error):
            return
        raise
    if described.get("DeletedDate"):
        return
    how = f"aws secretsmanager delete-secret --secret-id {described['ARN']} --recovery-window-in-days 7"
    yield RetainedResource("secret", described["Name"], resource.logical_id, "a secret value", how)


def _snapshots(resource: StackResource) -> Iterator[RetainedResource]:
    rds = boto3.client("rds")
    pages = rds.get_paginator("describe_db_snapshots").paginate(
        DBInstanceIdentifier=resource.physical_id, SnapshotType="manual"
    )
    for page in pages:
        for snapshot in page["DBSnapshots"]:
            name = snapshot["DBSnapshotIdentifier"]
            how = f"aws rds delete-db-snapshot --db-snapshot-identifier {name}"
            holds = f"a database of {snapshot.get('AllocatedStorage', 0)} GiB"
            yield RetainedResource("database snapshot", name, resource.logical_id, holds, how)


def _log_groups(stacks: list[str]) -> Iterator[RetainedResource]:
    """Find the log groups that AWS created outside the stacks; the stacks' own are deleted with them."""
    deployed = _deployed(stacks)
    pages = boto3.client("logs").get_paginator("describe_log_groups")
    for stack in (stack for stack in stacks if stack not in deployed):
        for prefix in (
            stack,
            f"/aws/lambda/{stack}",
            f"/aws/rds/instance/{stack}",
            f"/aws/ecs/containerinsights/{stack}",
        ):
            for page in pages.paginate(logGroupNamePrefix=prefix):
                for group in page["logGroups"]:
                    name = group["logGroupName"]
                    how = f"aws logs delete-log-group --log-group-name {name}"
                    yield RetainedResource("log group", name, "", f"{group.get('storedBytes', 0)} bytes", how)


def _deployed(stacks: list[str]) -> set[str]:
    pages = boto3.client("cloudformation").get_paginator("describe_stacks").paginate()
    return {each["StackName"] for page in pages for each in page["Stacks"] if each["StackName"] in stacks}


def _is_gone(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in {"NoSuchBucket", "ResourceNotFoundException", "404"}


_LOOKS: dict[str, Callable[[StackResource], Iterator[RetainedResource]]] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::DynamoDB::Table": _table,
    "AWS::DynamoDB::GlobalTable": _table,
    "AWS::SecretsManager::Secret": _secret,
}
