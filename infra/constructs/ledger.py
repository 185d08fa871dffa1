"""The ledger holds locks, approvals and the production history."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from courtside.contracts import lake_keys, ledger_keys

# `courtside.adapters.dynamodb_ledger` uses these names.
PARTITION, SORT = "partition", "sort"
# Partitions that are about the whole stage, one for each shard: a longer name, such as a model's, is none of them.
MODELS, ROUNDS = "models-?", "rounds-?"
INCIDENTS, INCIDENTS_TOLD = "incidents-?", "incidents-?-told"


class Ledger(dynamodb.TableV2):
    """A table that is billed by request, can be restored to any second of the last 35 days, and is kept with its data.

    Its logical id is the construct id: moving the code must never replace the data.
    """

    def __init__(self, scope: Construct, construct_id: str, *, deletion_protection: bool) -> None:
        super().__init__(
            scope,
            construct_id,
            partition_key=dynamodb.Attribute(name=PARTITION, type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name=SORT, type=dynamodb.AttributeType.STRING),
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.dynamo_owned_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=deletion_protection,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        resource = self.node.default_child
        assert isinstance(resource, dynamodb.CfnGlobalTable)
        resource.override_logical_id(construct_id)


def grant_ledger(table: dynamodb.ITableV2, grantee: iam.IGrantable, *keys: str, stage: Sequence[str] = ()) -> None:
    """Let a role read and write every model's documents in these keys' partitions, and the `stage`'s own in theirs.

    No role may delete. What a role may list, it is granted beside this.
    """
    partitions = {f"*/{ledger_keys.partition(key)}" for key in keys} | {ledger_keys.partition(key) for key in stage}
    grant_partitions(table, grantee, *partitions, actions=("GetItem", "PutItem"))


def grant_models(grantee: iam.IGrantable, *, ledger: dynamodb.ITableV2, lake: s3.IBucket) -> None:
    """Let a role read which models the stage has, and their contracts; only people may add or change one."""
    grant_partitions(ledger, grantee, MODELS, actions=("GetItem",))
    lake.grant_read(grantee, f"{lake_keys.contracts('*')}*")


def grant_partitions(
    table: dynamodb.ITableV2, grantee: iam.IGrantable, *patterns: str, actions: tuple[str, ...]
) -> None:
    """Let a role do something in the partitions that a pattern names."""
    iam.Grant.add_to_principal(
        grantee=grantee,
        actions=[f"dynamodb:{action}" for action in actions],
        resource_arns=[table.table_arn],
        conditions={
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": sorted(patterns)},
            # A condition on all keys is true if there are none, so a request that names no partition must be refused.
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    )
