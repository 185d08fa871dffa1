"""Tasks copy the tracking database into the lake; the one that somebody has to start also copies it back."""

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from courtside.contracts import lake_keys
from courtside.contracts.environment import TrackingCopyEnv
from infra.constructs.database import TrackingDatabase
from infra.constructs.image_task import ImageTask
from infra.constructs.logs import log_group
from infra.stage import StageSettings
from infra.task_size import TaskSize

_SIZE = TaskSize(cpu=256, memory_mib=512)
BACKUPS = f"{lake_keys.TRACKING_BACKUPS_PREFIX}*"


class BackupTask(ImageTask):
    """A task that writes a backup into the lake; it reads the database with `login`, and no backup.

    It runs in the network of the MLflow service, which the database admits.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        container: str,
        stream: str,
        database: TrackingDatabase,
        login: secretsmanager.ISecret,
        lake: s3.IBucket,
        group: logs.ILogGroup,
        settings: StageSettings,
    ) -> None:
        # The training task's image has the library and a driver, so it runs here with another entry point.
        super().__init__(scope, construct_id, image="training_image", size=_SIZE, settings=settings)
        environment = TrackingCopyEnv(lake_bucket=lake.bucket_name, database_secret_arn=login.secret_arn)
        self.run(
            container,
            entry_point=["python", "-m", "training_image.tracking_copy"],
            command=["backup"],
            environment=environment.as_env(),
            secrets=database.login_secrets(login),
            logging=ecs.LogDrivers.aws_logs(stream_prefix=stream, log_group=group),
        )
        login.grant_read(self.task_role)
        lake.grant_put(self.task_role, BACKUPS)


class TrackingCopy(Construct):
    """A task definition that is started in the network of the MLflow service, with its access to the database.

    It may read the database's credentials, and read and add backups in the lake; no process may change or delete one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database: TrackingDatabase,
        lake: s3.IBucket,
        settings: StageSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        self.definition = BackupTask(
            self,
            "Task",
            container="copy",
            stream="copy",
            database=database,
            # A restore writes all tables, which only their owner may empty.
            login=database.secret,
            lake=lake,
            group=log_group(self, "Logs", retention_days=settings.log_retention_days),
            settings=settings,
        )
        lake.grant_read(self.definition.task_role, BACKUPS)
