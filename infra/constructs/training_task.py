"""The container that trains: started by the state machine, gone when it is done."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from courtside.contracts.environment import TrainEnv
from infra.assets import container_image, runtime_platform
from infra.constructs.logs import log_group
from infra.constructs.private_api import PrivateApi
from infra.stage import StageSettings


class TrainingTask(Construct):
    """Task definition, cluster and a security group without any way in.

    It reads and adds to both buckets but deletes from neither, and calls MLflow through the private API.
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
    ) -> None:
        super().__init__(scope, construct_id)
        self.cluster = ecs.Cluster(self, "Cluster", vpc=vpc)
        self.security_group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, allow_all_outbound=False, description="Training: nothing comes in"
        )
        self.security_group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "AWS APIs and MLflow")
        self.definition = ecs.FargateTaskDefinition(
            self,
            "Task",
            cpu=settings.training_size.cpu,
            memory_limit_mib=settings.training_size.memory_mib,
            runtime_platform=runtime_platform(settings.architecture),
        )
        environment = TrainEnv(lake_bucket=lake.bucket_name, dataset=settings.dataset, tracking_uri=api.tracking_uri)
        self.container = self._add_container(environment, settings)
        for bucket in (lake, artifacts):
            bucket.grant_read(self.definition.task_role)
            bucket.grant_put(self.definition.task_role)
        api.grant_invoke(self.definition.task_role)

    def _add_container(self, environment: TrainEnv, settings: StageSettings) -> ecs.ContainerDefinition:
        logs = log_group(self, "Logs", retention_days=settings.log_retention_days)
        return self.definition.add_container(
            "training",
            image=container_image("training_image", architecture=settings.architecture),
            environment=environment.as_env(),
            logging=ecs.LogDrivers.aws_logs(stream_prefix="training", log_group=logs),
            stop_timeout=cdk.Duration.seconds(30),
        )
