"""Whoever reports an incident may keep it, tell people of it, and nothing else."""

from collections.abc import Sequence

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns

from courtside.contracts import dashboard_keys, drift_keys, lake_keys
from infra.constructs.ledger import INCIDENTS, INCIDENTS_TOLD, grant_partitions

KEPT = f"{lake_keys.incidents('*')}*"
"""Where the lake keeps the incidents of all models."""
KEPT_OF_STAGE = f"{lake_keys.incidents('')}*"
"""Where it keeps those of the stage itself."""

LINKED = (dashboard_keys.OVERVIEW_PAGE, dashboard_keys.model_page("*"), f"{drift_keys.drift_reports('*')}*.html")
"""The pages that alerts link."""


def grant_incidents(
    grantee: iam.IGrantable,
    *,
    ledger: dynamodb.ITableV2,
    lake: s3.IBucket,
    topic: sns.ITopic,
    links: bool,
    kept: Sequence[str] = (KEPT,),
) -> None:
    """Let a role report and resolve the incidents that are `kept` at some places of the lake, and tell people.

    With `links` it may read the pages that alerts link: a signed address opens what its signer may read.
    """
    grant_partitions(ledger, grantee, INCIDENTS, INCIDENTS_TOLD, actions=("GetItem", "PutItem"))
    for pattern in kept:
        lake.grant_put(grantee, pattern)
    if links:
        places = [lake.arn_for_objects(pattern) for pattern in LINKED]
        iam.Grant.add_to_principal(grantee=grantee, actions=["s3:GetObject"], resource_arns=places)
    topic.grant_publish(grantee)
