"""The state machine starts the container that trains; it is gone when it is done."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from courtside.contracts import training_keys
from courtside.contracts.environment import TelemetryEnv, TrainEnv
from courtside.contracts.own_candidates import published
from infra.constructs import tracking_routes
from infra.constructs.image_task import ImageTask
from infra.constructs.logs import log_group
from infra.constructs.mlflow_server import ARTIFACT_FOLDER
from infra.constructs.private_api import PrivateApi
from infra.stage import StageSettings

# A training may add its own results, but neither games, nor its manifest, nor the gate's verdict on it.
WRITABLE = (
    training_keys.training_record("*", "*"),
    training_keys.training_profile("*", "*"),
    training_keys.training_holdout("*", "*"),
    training_keys.training_smoke("*", "*"),
    training_keys.training_card("*", "*"),
    training_keys.training_card_page("*", "*"),
    training_keys.training_card_text("*", "*"),
    f"{training_keys.training_spool('*', '*')}*",
    f"{training_keys.training_legacy('*', '*')}*",
)
ARTIFACTS = f"{ARTIFACT_FOLDER}/*"
# Runs that waited for the tracking server are here; a training may delete nothing else.
DELETABLE = (f"{training_keys.training_spool('*', '*')}*",)


TRAINING_CONTAINER = "training"


class TrainingTask(Construct):
    """A task definition, a cluster and a security group that lets nothing in.

    It reads both buckets, adds its results, deletes what it has spooled, and logs to MLflow through the private
    API. It can do nothing that makes a model champion: it has no right to the ledger, to an alias, or to what is
    sealed.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        lake: s3.IBucket,
        artifacts: s3.IBucket,
        api: PrivateApi,
        settings: StageSettings,
        commit: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.cluster = ecs.Cluster(self, "Cluster", vpc=vpc)
        self.security_group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, allow_all_outbound=False, description="Training: nothing comes in"
        )
        self.security_group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "AWS APIs and MLflow")
        self.definition = ImageTask(
            self, "Task", image="training_image", size=settings.training_size, settings=settings
        )
        environment = TrainEnv(
            lake_bucket=lake.bucket_name,
            tracking_uri=api.tracking_uri,
            git_commit=commit,
            training_packages=published(settings.training_packages),
        )
        self.container = self._add_container(environment, settings)
        for bucket, added in ((lake, WRITABLE), (artifacts, (ARTIFACTS,))):
            bucket.grant_read(self.definition.task_role)
            for pattern in added:
                bucket.grant_put(self.definition.task_role, pattern)
        # CDK's own grant would let it delete versions too, for good.
        iam.Grant.add_to_principal(
            grantee=self.definition.task_role,
            actions=["s3:DeleteObject"],
            resource_arns=[lake.arn_for_objects(leftover) for leftover in DELETABLE],
        )
        api.grant_routes(self.definition.task_role, tracking_routes.TRAINING)

    def _add_container(self, environment: TrainEnv, settings: StageSettings) -> ecs.ContainerDefinition:
        logs = log_group(self, "Logs", retention_days=settings.log_retention_days)
        return self.definition.run(
            TRAINING_CONTAINER,
            environment={**environment.as_env(), **TelemetryEnv(stage=settings.stage, service="train").as_env()},
            logging=ecs.LogDrivers.aws_logs(stream_prefix="training", log_group=logs),
            stop_timeout=cdk.Duration.seconds(30),
        )
