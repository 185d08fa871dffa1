"""The function that takes in a model's arrived files may read and add only what it needs."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.environment import ReceiveRowsEnv
from courtside.contracts.incoming import bucket_and_prefix
from infra.constructs.alerts import Alerts
from infra.constructs.functions import ImageFunction
from infra.constructs.incidents import grant_incidents
from infra.constructs.ledger import grant_ledger, grant_models
from infra.constructs.watch_steps import FUNCTION_TIMEOUT
from infra.stage import StageSettings

READABLE = (
    f"{lake_keys.INCOMING_PREFIX}*",
    f"{lake_keys.TABLES_PREFIX}*",
    f"{lake_keys.GAMES_PREFIX}*",
    # Whether what was set aside before is still as it was.
    f"{lake_keys.quarantines('*')}*",
    f"{lake_keys.arrivals('*')}*",
)
WRITABLE = (
    f"{lake_keys.TABLES_PREFIX}*",
    f"{lake_keys.GAMES_PREFIX}*",
    f"{lake_keys.ARRIVED_PREFIX}*",
    f"{lake_keys.arrivals('*')}*",
    f"{lake_keys.quarantines('*')}*",
)
# A table's file is stored here only until it is known to fit the others.
DELETABLE = lake_keys.ARRIVING_TABLES


class Arrivals(Construct):
    """`receive_rows` reads a model's arrived files, adds rows to the lake and alerts about wrong files."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        lake: s3.IBucket,
        ledger: dynamodb.ITableV2,
        alerts: Alerts,
        settings: StageSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        environment = ReceiveRowsEnv(
            lake_bucket=lake.bucket_name,
            alert_topic_arn=alerts.topic.topic_arn,
            alert_links=settings.alert_links,
            ledger_table=ledger.table_name,
        )
        self.function = ImageFunction(
            self,
            "Function",
            verb="receive_rows",
            environment=environment,
            settings=settings,
            timeout=FUNCTION_TIMEOUT,
        )
        for pattern in READABLE:
            lake.grant_read(self.function, pattern)
        for pattern in WRITABLE:
            lake.grant_put(self.function, pattern)
        # CDK's own grant would let it delete versions too, for good.
        self._grant("s3:DeleteObject", lake.arn_for_objects(DELETABLE))
        grant_models(self.function, ledger=ledger, lake=lake)
        grant_ledger(ledger, self.function, ledger_keys.BEGUN_PREFIX)
        grant_incidents(self.function, ledger=ledger, lake=lake, topic=alerts.topic, links=settings.alert_links)
        for address in settings.incoming_prefixes:
            self._read_elsewhere(address)

    def _read_elsewhere(self, address: str) -> None:
        """Let the function list and read one prefix of a bucket that the stage does not own, and nothing else in it."""
        bucket, prefix = bucket_and_prefix(address)
        arn = cdk.Stack.of(self).format_arn(service="s3", region="", account="", resource=bucket)
        self._grant("s3:GetObject", f"{arn}/{prefix}*")
        self._grant("s3:ListBucket", arn, conditions={"StringLike": {"s3:prefix": f"{prefix}*"}})

    def _grant(self, action: str, resource: str, **more: Any) -> None:
        self.function.add_to_role_policy(iam.PolicyStatement(actions=[action], resources=[resource], **more))
