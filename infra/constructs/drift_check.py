"""The function that checks a model for drift may read the lake, and add only what a check leaves."""

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from courtside.contracts import drift_keys, lake_keys, ledger_keys
from courtside.contracts.environment import CheckDriftEnv
from courtside.contracts.names import DRIFT_PAGE
from infra.constructs import tracking_routes
from infra.constructs.alerts import Alerts
from infra.constructs.functions import ImageFunction
from infra.constructs.incidents import grant_incidents
from infra.constructs.ledger import grant_ledger, grant_models
from infra.constructs.mlflow_server import ARTIFACT_FOLDER
from infra.constructs.private_api import PrivateApi
from infra.constructs.retraining import Retraining
from infra.constructs.watch_steps import FUNCTION_TIMEOUT
from infra.stage import StageSettings

# The check adds reports and decisions, and changes nothing else.
WRITABLE = (
    f"{drift_keys.drift_reports('*')}*",
    f"{lake_keys.DRIFT_ROWS_PREFIX}*",
    f"{lake_keys.DECISIONS_PREFIX}*",
)
# MLflow's clients write artifacts themselves under the run's own folder; the check may write only this file, never a
# model.
ARTIFACT = f"{ARTIFACT_FOLDER}/*/artifacts/{DRIFT_PAGE}"


class DriftCheck(Construct):
    """`check_drift` looks at a model's window; it may alert, start a retraining and log a run with a page."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        lake: s3.IBucket,
        artifacts: s3.IBucket,
        ledger: dynamodb.ITableV2,
        api: PrivateApi,
        alerts: Alerts,
        retraining: Retraining,
        settings: StageSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        environment = CheckDriftEnv(
            lake_bucket=lake.bucket_name,
            alert_topic_arn=alerts.topic.topic_arn,
            alert_links=settings.alert_links,
            retraining_arn=retraining.machine.state_machine_arn,
            policy=settings.drift_policy or "",
            ledger_table=ledger.table_name,
            tracking_uri=api.tracking_uri,
        )
        self.function = ImageFunction(
            self,
            "Function",
            verb="check_drift",
            environment=environment,
            settings=settings,
            timeout=FUNCTION_TIMEOUT,
        )
        lake.grant_read(self.function)
        for prefix in WRITABLE:
            lake.grant_put(self.function, prefix)
        artifacts.grant_put(self.function, ARTIFACT)
        grant_models(self.function, ledger=ledger, lake=lake)
        grant_ledger(ledger, self.function, ledger_keys.CHECKS_PREFIX)
        grant_incidents(self.function, ledger=ledger, lake=lake, topic=alerts.topic, links=settings.alert_links)
        api.grant_routes(self.function, tracking_routes.DRIFT_CHECK)
        retraining.machine.grant_start_execution(self.function)
