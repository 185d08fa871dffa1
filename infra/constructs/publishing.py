"""The function that builds pages may read what they show, and write only pages and the archive's derived rows."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from courtside.contracts import dashboard_keys, lake_keys, ledger_keys, training_keys
from courtside.contracts.archive import TABLES
from courtside.contracts.environment import PublishEnv
from courtside.contracts.names import STACKS, stack_name
from infra.constructs.alerts import Alerts
from infra.constructs.buckets import PrivateBucket
from infra.constructs.functions import ImageFunction
from infra.constructs.incidents import KEPT, KEPT_OF_STAGE, grant_incidents
from infra.constructs.ledger import INCIDENTS, MODELS, ROUNDS, grant_models, grant_partitions
from infra.constructs.watch_steps import FUNCTION_TIMEOUT
from infra.stage import StageSettings

PAGES = f"{dashboard_keys.DASHBOARD_PREFIX}*"
# No row of a table is among it, and no model.
SHOWN = (
    PAGES,
    f"{lake_keys.ARCHIVE_PREFIX}*",
    training_keys.training_card("*", "*"),
    # How a version's probabilities held on its holdout, which is found by the record beside its seal.
    training_keys.training_holdout("*", "*"),
    f"{lake_keys.sealed('*', '*')}{training_keys.MANIFEST_NAME}",
    # When rows arrived, and how new they are.
    lake_keys.loads(lake_keys.GAMES_PREFIX),
    lake_keys.loads(f"{lake_keys.TABLES_PREFIX}*/"),
)
MERGED = tuple(f"{table.of('*')}dt=*/*.parquet" for table in TABLES.values() if table.merges)
"""Files whose rows it writes into one file, and then removes; the bucket keeps them as old versions."""
WRITABLE = (PAGES, *(f"{table.of('*')}*" for table in TABLES.values() if table.derived), *MERGED)
_CHAMPION, _HISTORY, _LOCK, _APPROVALS = (
    f"*/{ledger_keys.partition(key)}"
    for key in (
        ledger_keys.CHAMPION,
        ledger_keys.HISTORY_PREFIX,
        ledger_keys.RETRAINING_LOCK,
        ledger_keys.APPROVALS_PREFIX,
    )
)


class Publishing(Construct):
    """`publish` builds the pages of a model at the end of its part of a round, and of all models at the round's end.

    Then it tends the archive: it writes rows of what is kept as documents, and merges small files.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        lake: PrivateBucket,
        ledger: dynamodb.ITableV2,
        alerts: Alerts,
        machine: sfn.StateMachine,
        settings: StageSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        environment = PublishEnv(
            lake_bucket=lake.bucket_name,
            ledger_table=ledger.table_name,
            alert_topic_arn=alerts.topic.topic_arn,
            alert_links=settings.alert_links,
            stage=settings.stage,
            retraining_arn=machine.state_machine_arn,
        )
        self.function = ImageFunction(
            self,
            "Function",
            verb="publish",
            environment=environment,
            settings=settings,
            timeout=FUNCTION_TIMEOUT,
        )
        for pattern in (*SHOWN, KEPT, KEPT_OF_STAGE):
            lake.grant_read(self.function, pattern)
        for pattern in WRITABLE:
            lake.grant_put(self.function, pattern)
        # CDK's own grant would let it delete versions too, for good.
        merged = [lake.arn_for_objects(pattern) for pattern in MERGED]
        self.function.add_to_role_policy(iam.PolicyStatement(actions=["s3:DeleteObject"], resources=merged))
        self.function.add_to_role_policy(
            iam.PolicyStatement(actions=["cloudformation:GetTemplate"], resources=self._stacks(settings.stage))
        )
        machine.grant(self.function, "states:ListExecutions")
        machine.grant_execution(self.function, "states:DescribeExecution", "states:GetExecutionHistory")
        grant_models(self.function, ledger=ledger, lake=lake)
        grant_partitions(ledger, self.function, ROUNDS, _CHAMPION, _HISTORY, _LOCK, _APPROVALS, actions=("GetItem",))
        grant_partitions(ledger, self.function, MODELS, INCIDENTS, _HISTORY, actions=("Query",))
        grant_incidents(
            self.function,
            ledger=ledger,
            lake=lake,
            topic=alerts.topic,
            links=settings.alert_links,
            kept=(KEPT, KEPT_OF_STAGE),
        )

    def _stacks(self, stage: str) -> list[str]:
        """Return the stacks of the stage, by whose templates its pages say what a month costs."""
        stack = cdk.Stack.of(self)
        return [
            stack.format_arn(service="cloudformation", resource="stack", resource_name=f"{stack_name(stage, each)}/*")
            for each in STACKS
        ]
