"""Scheduled tasks do what the tracking server cannot: back itself up, change its password, remove runs for good."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as event_targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.constructs.alerts import Alerts, what_to_do
from infra.constructs.buckets import PrivateBucket
from infra.constructs.database import TrackingDatabase
from infra.constructs.image_task import ImageTask
from infra.constructs.logs import log_group
from infra.constructs.mlflow_server import ARTIFACT_FOLDER, MlflowDatabaseEnv, MlflowMigrationEnv, MlflowServer
from infra.constructs.network import place_of_tasks
from infra.constructs.scheduled_work import ScheduledWork
from infra.constructs.tracking_copy import BackupTask
from infra.stage import StageSettings
from infra.task_size import TaskSize

# `mlflow gc` may delete these files under the server's artifact root, with the runs that wrote them.
DELETABLE = f"{ARTIFACT_FOLDER}/*"
# It runs on Sunday mornings, because a deletion can wait a week.
_COLLECTION = "cron(0 9 ? * SUN *)"
_CONTAINER = "upkeep"
_SIZE = TaskSize(cpu=256, memory_mib=1024)


class TrackingUpkeep(ScheduledWork):
    """Scheduled tasks: `gc` every week, `rotate` and `backup` as the stage says.

    Each has a role of its own, and only the rotation has the master's password. The event of a task that could not be
    started waits in the dead letter queue; a failed task is announced.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        server: MlflowServer,
        database: TrackingDatabase,
        artifacts: PrivateBucket,
        lake: s3.IBucket,
        alerts: Alerts,
        settings: StageSettings,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            alerts=alerts,
            alarm="UpkeepMissed",
            meaning="A scheduled task of the tracking server (garbage collection, password rotation, backup) could "
            "not be started; its event waits in the dead letter queue",
            runbook="upkeep-missed",
        )
        self._server = server
        self._database = database
        self._settings = settings
        self._logs = log_group(self, "Logs", retention_days=settings.log_retention_days)
        collect = ["gc", "--older-than", f"{settings.tracking_retention_days}d"]
        collection = self._task("Collection", collect, login=database.server_secret)
        self._let_collect(collection, artifacts)
        rotated = MlflowMigrationEnv(server_secret_arn=database.server_secret.secret_arn)
        rotation = self._task("Rotation", ["rotate"], login=database.secret, more=rotated.as_env())
        self._let_rotate(rotation)
        self._schedule("CollectionSchedule", collection, _COLLECTION, "Deleted runs go for good")
        self._schedule("RotationSchedule", rotation, settings.password_schedule, "New database password")
        backup = self._backup(lake)
        self._schedule("BackupSchedule", backup, settings.backup_schedule, "Backup of the tracking database")
        self._let_database_logs_end()
        self._announce_failures(alerts)

    def _task(
        self,
        construct_id: str,
        command: list[str],
        *,
        login: secretsmanager.ISecret,
        more: Mapping[str, str] | None = None,
    ) -> ecs.FargateTaskDefinition:
        task = ImageTask(self, construct_id, image="mlflow_image", size=_SIZE, settings=self._settings)
        task.run(
            _CONTAINER,
            command=command,
            environment={**MlflowDatabaseEnv(database_secret_arn=login.secret_arn).as_env(), **(more or {})},
            secrets=self._database.login_secrets(login),
            logging=ecs.LogDrivers.aws_logs(stream_prefix=command[0], log_group=self._logs),
        )
        login.grant_read(task.task_role)
        return task

    def _backup(self, lake: s3.IBucket) -> ecs.FargateTaskDefinition:
        return BackupTask(
            self,
            "Backup",
            container=_CONTAINER,
            stream="backup",
            database=self._database,
            login=self._database.server_secret,
            lake=lake,
            group=self._logs,
            settings=self._settings,
        )

    def _let_collect(self, task: ecs.FargateTaskDefinition, artifacts: PrivateBucket) -> None:
        artifacts.grant_list(task.task_role)
        # CDK's own grant would let it delete versions too, for good.
        iam.Grant.add_to_principal(
            grantee=task.task_role,
            actions=["s3:DeleteObject"],
            resource_arns=[artifacts.arn_for_objects(DELETABLE)],
        )

    def _let_rotate(self, task: ecs.FargateTaskDefinition) -> None:
        logins = (self._database.secret, self._database.server_secret)
        self._database.server_secret.grant_read(task.task_role)
        # CDK's own grant_write does not move a stage from one version to another.
        iam.Grant.add_to_principal(
            grantee=task.task_role,
            actions=["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"],
            resource_arns=[login.secret_arn for login in logins],
        )

    def _schedule(self, construct_id: str, task: ecs.FargateTaskDefinition, expression: str, why: str) -> None:
        place = place_of_tasks(self._settings)
        self.add_schedule(
            construct_id,
            expression,
            description=why,
            target=targets.EcsRunFargateTask(
                self._server.cluster,
                task_definition=task,
                assign_public_ip=place.public_address,
                vpc_subnets=place.subnets,
                propagate_tags=True,
                enable_ecs_managed_tags=True,
                # This is the server's own group, which the database admits.
                security_groups=[self._server.security_group],
                **self.delivery,
            ),
        )

    def _let_database_logs_end(self) -> None:
        """Set how long the database's exported logs are kept, because RDS creates their group without an expiry."""
        group = f"/aws/rds/instance/{self._database.instance.instance_identifier}/postgresql"
        arn = cdk.Stack.of(self).format_arn(
            service="logs", resource="log-group", resource_name=group, arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
        )
        allowed = iam.PolicyStatement(actions=["logs:PutRetentionPolicy"], resources=[f"{arn}:*"])
        given = {"LogGroupName": group, "RetentionInDays": self._settings.log_retention_days}
        self.add_schedule(
            "DatabaseLogsSchedule",
            _COLLECTION,
            description="The database's logs end",
            target=targets.Universal(
                service="cloudwatchlogs",
                action="putRetentionPolicy",
                input=scheduler.ScheduleTargetInput.from_object(given),
                policy_statements=[allowed],
                **self.delivery,
            ),
        )

    def _announce_failures(self, alerts: Alerts) -> None:
        events.Rule(
            self,
            "Failed",
            description="A garbage collection, password rotation or backup failed",
            event_pattern=events.EventPattern(
                source=["aws.ecs"],
                detail_type=["ECS Task State Change"],
                detail={
                    "clusterArn": [self._server.cluster.cluster_arn],
                    # The server's own tasks belong to a group "service:…".
                    "group": [{"prefix": "family:"}],
                    "lastStatus": ["STOPPED"],
                    "$or": [
                        # Only our container counts: an account's GuardDuty adds one that may end with any code.
                        {"containers": {"name": [_CONTAINER], "exitCode": [{"anything-but": [0]}]}},
                        {"stopCode": ["TaskFailedToStart"]},
                    ],
                },
            ),
            targets=[
                event_targets.SnsTopic(alerts.topic, message=self._sentence(), dead_letter_queue=alerts.undelivered)
            ],
        )

    def _sentence(self) -> events.RuleTargetInput:
        task = events.EventField.from_path("$.detail.group")
        reason = events.EventField.from_path("$.detail.stoppedReason")
        return events.RuleTargetInput.from_text(
            f"Upkeep of the tracking server failed: {task} ({reason}). The server runs on; the next run finishes "
            f"what this one left undone; its log is in {self._logs.log_group_name}. {what_to_do('upkeep-failed')}"
        )
