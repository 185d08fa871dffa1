"""The scheduled drift check has a function, a schedule, and alerts for when it cannot run."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from constructs import Construct

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.environment import CheckDriftEnv
from courtside.contracts.metrics import Metric
from courtside.contracts.names import DEFAULT_DATASET, DRIFT_PAGE
from infra.constructs import tracking_routes
from infra.constructs.alerts import Alerts
from infra.constructs.figures import own_metric
from infra.constructs.functions import ImageFunction
from infra.constructs.ledger import grant_ledger, grant_models
from infra.constructs.mlflow_server import ARTIFACT_FOLDER
from infra.constructs.private_api import PrivateApi
from infra.constructs.retraining import Retraining
from infra.constructs.scheduled_work import ScheduledWork
from infra.stage import StageSettings

# The check adds reports and decisions, and changes nothing else.
WRITABLE = (
    f"{lake_keys.drift_reports('*')}*",
    f"{lake_keys.DRIFT_ROWS_PREFIX}*",
    f"{lake_keys.DECISIONS_PREFIX}*",
)
CLAIMED = (ledger_keys.CHECKS_PREFIX, ledger_keys.NOTICES_PREFIX)
# MLflow's clients write artifacts themselves under the run's own folder; the check may write only this file, never a
# model.
ARTIFACT = f"{ARTIFACT_FOLDER}/*/artifacts/{DRIFT_PAGE}"


class DriftCheck(ScheduledWork):
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
        super().__init__(
            scope,
            construct_id,
            alerts=alerts,
            alarm="CheckMissed",
            meaning="A scheduled drift check did not finish; its event and its error wait in the dead letter queue",
            runbook="check-missed",
        )
        environment = CheckDriftEnv(
            lake_bucket=lake.bucket_name,
            alert_topic_arn=alerts.topic.topic_arn,
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
            timeout=cdk.Duration.minutes(5),
            dead_letter_queue=self.missed,
        )
        lake.grant_read(self.function)
        for prefix in WRITABLE:
            lake.grant_put(self.function, prefix)
        artifacts.grant_put(self.function, ARTIFACT)
        grant_models(self.function, ledger=ledger, lake=lake)
        grant_ledger(ledger, self.function, *CLAIMED)
        api.grant_routes(self.function, tracking_routes.DRIFT_CHECK)
        alerts.topic.grant_publish(self.function)
        retraining.machine.grant_start_execution(self.function)
        self._run_on_schedule(settings)

    def _run_on_schedule(self, settings: StageSettings) -> None:
        as_of = scheduler.ScheduleTargetInput.from_object(
            {"model": DEFAULT_DATASET, "as_of": scheduler.ContextAttribute.scheduled_time}
        )
        self.add_schedule(
            "Schedule",
            settings.check_schedule,
            target=targets.LambdaInvoke(self.function, input=as_of, **self.delivery),
            description="Drift check",
            timezone=cdk.TimeZone.of(settings.check_timezone),
            enabled=settings.check_enabled,
        )
        hours = settings.check_overdue_hours
        self.alert_unless_done(
            own_metric(Metric.CHECKS, stage=settings.stage, period=cdk.Duration.hours(1)),
            alarm="CheckDidNotRun",
            hours=hours,
            meaning=f"No drift check has finished in {hours} hours, so nobody knows whether the data drifts",
            runbook="check-did-not-run",
            enabled=settings.check_enabled,
        )
