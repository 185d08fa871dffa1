"""The function that builds pages may read what they show, and write only pages."""

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from courtside.contracts import dashboard_keys, lake_keys, ledger_keys, training_keys
from courtside.contracts.environment import PublishEnv
from infra.constructs.alerts import Alerts
from infra.constructs.buckets import PrivateBucket
from infra.constructs.functions import ImageFunction
from infra.constructs.incidents import KEPT, KEPT_OF_STAGE, grant_incidents
from infra.constructs.ledger import INCIDENTS, MODELS, ROUNDS, grant_models, grant_partitions
from infra.constructs.watch_steps import FUNCTION_TIMEOUT
from infra.stage import StageSettings

PAGES = f"{dashboard_keys.DASHBOARD_PREFIX}*"
# No row of a table is among it, no holdout and no model.
SHOWN = (
    PAGES,
    f"{lake_keys.ARCHIVE_PREFIX}*",
    training_keys.training_card("*", "*"),
    # When rows arrived, and how new they are.
    lake_keys.loads(lake_keys.GAMES_PREFIX),
    lake_keys.loads(f"{lake_keys.TABLES_PREFIX}*/"),
)
WRITABLE = (PAGES,)
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
    """`publish` builds the pages of a model at the end of its part of a round, and of all models at the round's end."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        lake: PrivateBucket,
        ledger: dynamodb.ITableV2,
        alerts: Alerts,
        settings: StageSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        environment = PublishEnv(
            lake_bucket=lake.bucket_name,
            ledger_table=ledger.table_name,
            alert_topic_arn=alerts.topic.topic_arn,
            stage=settings.stage,
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
        grant_models(self.function, ledger=ledger, lake=lake)
        grant_partitions(ledger, self.function, ROUNDS, _CHAMPION, _HISTORY, _LOCK, _APPROVALS, actions=("GetItem",))
        grant_partitions(ledger, self.function, MODELS, INCIDENTS, _HISTORY, actions=("Query",))
        grant_incidents(self.function, ledger=ledger, lake=lake, topic=alerts.topic, kept=(KEPT, KEPT_OF_STAGE))
