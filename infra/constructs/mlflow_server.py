"""Run the MLflow server as a Fargate service that only the private API can reach."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_servicediscovery as servicediscovery
from constructs import Construct
from pydantic import Field

from courtside.contracts.environment import Environment
from infra.constructs.database import POSTGRES_PORT, TrackingDatabase
from infra.constructs.image_task import ImageTask
from infra.constructs.logs import log_group
from infra.constructs.network import NETWORK_CIDR, place_of_tasks
from infra.stage import StageSettings

MLFLOW_PORT = 5000
# Runs and models are in this part of the artifacts bucket, in folders that MLflow names.
ARTIFACT_FOLDER = "mlflow"
# The Host header that the API writes into every request, so that the server's host check (MLflow 3.5+) can be exact.
# The API's own domain is accepted as well: only the link reaches the port, whatever the header says.
MLFLOW_HOST_HEADER = "mlflow.courtside.internal"
# The task itself uses loopback, for its health check or from a shell in the container.
_ALLOWED_HOSTS = (MLFLOW_HOST_HEADER, f"localhost:{MLFLOW_PORT}", f"127.0.0.1:{MLFLOW_PORT}")
_HEALTH = f"import urllib.request as u; u.urlopen('http://127.0.0.1:{MLFLOW_PORT}/health', timeout=4)"


class MlflowDatabaseEnv(Environment):
    """The variables with which the container finds its database's current password, even after a rotation."""

    database_secret_arn: str


class MlflowMigrationEnv(Environment):
    """The variables that name the secret of the login that the migration creates for the server."""

    server_secret_arn: str


class MlflowServerEnv(MlflowDatabaseEnv):
    """What the server needs beyond its image's own defaults; the names are MLflow's."""

    artifact_root: str = Field(alias="MLFLOW_DEFAULT_ARTIFACT_ROOT", pattern="^s3://")
    allowed_hosts: str = Field(alias="MLFLOW_SERVER_ALLOWED_HOSTS")


class MlflowServer(Construct):
    """One task in a public subnet that only the callers given by `allow_from` can reach; they call it by `host`.

    Its first container migrates the schema as the database's master and ends. Only then the server starts, as a
    role that cannot migrate, and the task's role cannot read the master's password. There is exactly one task at
    any time (0 % to 100 %), because the old server must not meet the new schema.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        database: TrackingDatabase,
        artifacts: s3.IBucket,
        host: str,
        settings: StageSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        self._task = ImageTask(self, "Task", image="mlflow_image", size=settings.tracking_size, settings=settings)
        self._logs = log_group(self, "Logs", retention_days=settings.log_retention_days)
        migration = self._add_migration(database)
        self._container = self._add_server(database=database, artifacts=artifacts, host=host)
        self._container.add_container_dependencies(
            ecs.ContainerDependency(container=migration, condition=ecs.ContainerDependencyCondition.SUCCESS)
        )
        # This is the server's own login, never the master's, which ECS itself gives to the migration.
        database.server_secret.grant_read(self._task.task_role)
        artifacts.grant_read(self._task.task_role)
        self.security_group = self._security_group(vpc)
        self.cluster = ecs.Cluster(self, "Cluster", vpc=vpc)
        ingress = self._open_database(database)
        self.service = service = self._service(vpc=vpc, settings=settings)
        # Without access to the database, the first tasks would die until the circuit breaker gives up.
        service.node.add_dependency(ingress)
        assert service.cloud_map_service is not None
        self.discovery: servicediscovery.IService = service.cloud_map_service

    def allow_from(self, caller: ec2.ISecurityGroup) -> None:
        """Let one security group reach the server's port."""
        self.security_group.add_ingress_rule(caller, ec2.Port.tcp(MLFLOW_PORT), "MLflow from the private API")

    def _add_migration(self, database: TrackingDatabase) -> ecs.ContainerDefinition:
        return self._task.run(
            "migrate",
            command=["migrate"],
            essential=False,
            environment=MlflowMigrationEnv(server_secret_arn=database.server_secret.secret_arn).as_env(),
            secrets=database.login_secrets(database.secret, password=True),
            logging=ecs.LogDrivers.aws_logs(stream_prefix="migrate", log_group=self._logs),
        )

    def _add_server(self, *, database: TrackingDatabase, artifacts: s3.IBucket, host: str) -> ecs.ContainerDefinition:
        environment = MlflowServerEnv(
            database_secret_arn=database.server_secret.secret_arn,
            artifact_root=f"s3://{artifacts.bucket_name}/{ARTIFACT_FOLDER}",
            allowed_hosts=",".join((*_ALLOWED_HOSTS, host)),
        )
        return self._task.run(
            "mlflow",
            environment=environment.as_env(),
            secrets=database.login_secrets(database.server_secret),
            port_mappings=[ecs.PortMapping(container_port=MLFLOW_PORT)],
            logging=ecs.LogDrivers.aws_logs(stream_prefix="mlflow", log_group=self._logs),
            health_check=ecs.HealthCheck(
                command=["CMD", "python", "-c", _HEALTH],
                interval=cdk.Duration.seconds(30),
                timeout=cdk.Duration.seconds(10),
                # The server is ready in about 26 s on a quarter vCPU.
                start_period=cdk.Duration.seconds(180),
                retries=3,
            ),
        )

    def _security_group(self, vpc: ec2.IVpc) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=vpc,
            allow_all_outbound=False,
            description="MLflow server: in from the private API, out to AWS APIs and its database",
        )
        group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "AWS APIs: images, logs, secrets, S3")
        group.add_egress_rule(ec2.Peer.ipv4(NETWORK_CIDR), ec2.Port.tcp(POSTGRES_PORT), "Database")
        return group

    def _open_database(self, database: TrackingDatabase) -> ec2.CfnSecurityGroupIngress:
        # The rule belongs to the consumer: in the data stack it would make the two stacks depend on each other.
        return ec2.CfnSecurityGroupIngress(
            self,
            "DatabaseIngress",
            group_id=database.security_group.security_group_id,
            source_security_group_id=self.security_group.security_group_id,
            ip_protocol="tcp",
            from_port=POSTGRES_PORT,
            to_port=POSTGRES_PORT,
            description="PostgreSQL from the MLflow server",
        )

    def _service(self, *, vpc: ec2.IVpc, settings: StageSettings) -> ecs.FargateService:
        # A private zone must have a name, which is visible only inside this VPC.
        namespace = servicediscovery.PrivateDnsNamespace(
            self, "Namespace", vpc=vpc, name=f"{settings.stage}.courtside.internal"
        )
        # In an account that has none, the cluster creates ECS's service-linked role, which a service could not use at
        # once. The namespace needs about a minute, and the service needs the namespace.
        namespace.node.add_dependency(self.cluster)
        place = place_of_tasks(settings)
        return ecs.FargateService(
            self,
            "Service",
            cluster=self.cluster,
            task_definition=self._task,
            desired_count=1,
            min_healthy_percent=0,
            max_healthy_percent=100,
            assign_public_ip=place.public_address,
            vpc_subnets=place.subnets,
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
            enable_ecs_managed_tags=True,
            security_groups=[self.security_group],
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            cloud_map_options=ecs.CloudMapOptions(
                cloud_map_namespace=namespace,
                container=self._container,
                container_port=MLFLOW_PORT,
                dns_record_type=servicediscovery.DnsRecordType.SRV,
                dns_ttl=cdk.Duration.seconds(10),
                name="mlflow",
            ),
        )
