"""The scheduled drift check: function, schedule, and what happens when it cannot run."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from constructs import Construct

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.environment import CheckDriftEnv
from courtside.contracts.names import DRIFT_PAGE
from infra.constructs import tracking_routes
from infra.constructs.alerts import Alerts, dead_letter_queue
from infra.constructs.functions import ImageFunction
from infra.constructs.ledger import grant_ledger
from infra.constructs.mlflow_server import ARTIFACT_FOLDER
from infra.constructs.private_api import PrivateApi
from infra.constructs.retraining import Retraining
from infra.stage import StageSettings

# The check adds reports and decisions, and changes nothing else.
WRITABLE = (f"{lake_keys.DRIFT_REPORTS_PREFIX}*", f"{lake_keys.DECISIONS_PREFIX}*")
CLAIMED = (ledger_keys.CHECKS_PREFIX, ledger_keys.NOTICES_PREFIX)
# MLflow's clients write artifacts themselves, under the run's own folder: the check only this file, never a model.
ARTIFACT = f"{ARTIFACT_FOLDER}/*/artifacts/{DRIFT_PAGE}"


class DriftCheck(Construct):
    """`check_drift` on a schedule; it may alert, start a retraining and log a run with its report's page.

    The schedule passes its own time as `as_of`, so a late or repeated run looks at the same window.
    """

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
        self._missed = dead_letter_queue(self, "Missed")
        environment = CheckDriftEnv(
            lake_bucket=lake.bucket_name,
            dataset=settings.dataset,
            alert_topic_arn=alerts.topic.topic_arn,
            retraining_arn=retraining.machine.state_machine_arn,
            policy=settings.drift_policy,
            ledger_table=ledger.table_name,
            data_overdue_days=settings.data_overdue_days,
            window_days=settings.window_days,
            tracking_uri=api.tracking_uri,
        )
        self.function = ImageFunction(
            self,
            "Function",
            verb="check_drift",
            environment=environment,
            settings=settings,
            timeout=cdk.Duration.minutes(5),
            dead_letter_queue=self._missed,
        )
        lake.grant_read(self.function)
        for prefix in WRITABLE:
            lake.grant_put(self.function, prefix)
        artifacts.grant_put(self.function, ARTIFACT)
        grant_ledger(ledger, self.function, *CLAIMED)
        api.grant_routes(self.function, tracking_routes.DRIFT_CHECK)
        alerts.topic.grant_publish(self.function)
        retraining.machine.grant_start_execution(self.function)
        self._add_schedule(settings)
        alerts.when_not_empty(
            self._missed,
            construct_id="CheckMissed",
            meaning="A scheduled drift check did not finish; its event and error wait in the dead letter queue",
            runbook="check-missed",
        )

    def _add_schedule(self, settings: StageSettings) -> None:
        scheduler.Schedule(
            self,
            "Schedule",
            description="Drift check",
            schedule=scheduler.ScheduleExpression.expression(
                settings.check_schedule, cdk.TimeZone.of(settings.check_timezone)
            ),
            enabled=settings.check_enabled,
            target=targets.LambdaInvoke(
                self.function,
                input=scheduler.ScheduleTargetInput.from_object({"as_of": scheduler.ContextAttribute.scheduled_time}),
                dead_letter_queue=self._missed,
                retry_attempts=3,
                max_event_age=cdk.Duration.hours(1),
            ),
        )
