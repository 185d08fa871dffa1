"""A one-off task copies the tracking database into the lake, or back; nothing runs until somebody starts it."""

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_s3 as s3
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
        # The training task's image has the library and a driver, so it runs here with another entry point.
        self.definition = ImageTask(self, "Task", image="training_image", size=_SIZE, settings=settings)
        self.definition.run(
            "copy",
            entry_point=["python", "-m", "training_image.tracking_copy"],
            command=["backup"],
            environment=TrackingCopyEnv(
                lake_bucket=lake.bucket_name, database_secret_arn=database.secret.secret_arn
            ).as_env(),
            secrets=database.login_secrets(database.secret),
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix="copy", log_group=log_group(self, "Logs", retention_days=settings.log_retention_days)
            ),
        )
        database.secret.grant_read(self.definition.task_role)
        lake.grant_read(self.definition.task_role, BACKUPS)
        lake.grant_put(self.definition.task_role, BACKUPS)
