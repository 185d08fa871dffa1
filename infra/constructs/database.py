"""MLflow's database is private, encrypted, backed up, and never replaced by accident."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.constructs.network import INNER_SUBNETS
from infra.stage import StageSettings

DATABASE_NAME = "mlflow"
# The master user migrates, rotates and copies. Requests are served under another role, which owns nothing.
DATABASE_USER = "mlflow"
SERVER_USER = "mlflow_server"
POSTGRES_PORT = 5432


class TrackingDatabase(Construct):
    """PostgreSQL in the isolated subnets; its passwords are generated and live in Secrets Manager only.

    Snapshot on deletion, deletion protection by setting, TLS required by the server itself.
    """

    def __init__(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc, settings: StageSettings) -> None:
        super().__init__(scope, construct_id)
        self.security_group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=vpc,
            allow_all_outbound=False,
            description="MLflow database: consumers open their own way in",
        )
        self._instance = self._database(vpc=vpc, settings=settings)
        self._login = rds.DatabaseSecret(self, "ServerLogin", username=SERVER_USER)
        self.server_secret: secretsmanager.ISecret = self._login.attach(self._instance)
        """The credentials of the role that the server works as; the migration creates the role."""
        self._keep_logical_ids()

    @staticmethod
    def login_secrets(secret: secretsmanager.ISecret, *, password: bool = False) -> dict[str, ecs.Secret]:
        """Return libpq's variables from a secret; only a container that ends before a rotation gets the password."""
        fields = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "username", "PGDATABASE": "dbname"}
        fields |= {"PGPASSWORD": "password"} if password else {}
        return {name: ecs.Secret.from_secrets_manager(secret, field) for name, field in fields.items()}

    @property
    def secret(self) -> secretsmanager.ISecret:
        """The master's credentials with host, port and database name attached."""
        assert self._instance.secret is not None
        return self._instance.secret

    @property
    def instance(self) -> rds.IDatabaseInstance:
        """The instance, for its metrics."""
        return self._instance

    def _database(self, *, vpc: ec2.IVpc, settings: StageSettings) -> rds.DatabaseInstance:
        # Only the major version is named: AWS makes minor upgrades, which must not show up as a difference here.
        engine = rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.of("17", "17"))
        return rds.DatabaseInstance(
            self,
            "Instance",
            engine=engine,
            instance_type=ec2.InstanceType(settings.database_instance),
            vpc=vpc,
            vpc_subnets=INNER_SUBNETS,
            security_groups=[self.security_group],
            credentials=rds.Credentials.from_generated_secret(DATABASE_USER),
            database_name=DATABASE_NAME,
            port=POSTGRES_PORT,
            parameters={"rds.force_ssl": "1"},
            storage_type=rds.StorageType.GP3,
            allocated_storage=settings.database_storage_gib,
            storage_encrypted=True,
            # The log says who logged in from where and what failed; `TrackingUpkeep` makes the group expire.
            cloudwatch_logs_exports=["postgresql"],
            # A version that the community has abandoned is upgraded, rather than supported for more than the instance
            # costs.
            engine_lifecycle_support=rds.EngineLifecycleSupport.OPEN_SOURCE_RDS_EXTENDED_SUPPORT_DISABLED,
            multi_az=settings.database_multi_az,
            publicly_accessible=False,
            backup_retention=cdk.Duration.days(settings.database_backup_days),
            # AWS charges nothing for seven days of it.
            enable_performance_insights=True,
            performance_insight_retention=rds.PerformanceInsightRetention.DEFAULT,
            copy_tags_to_snapshot=True,
            auto_minor_version_upgrade=True,
            deletion_protection=settings.deletion_protection,
            removal_policy=cdk.RemovalPolicy.SNAPSHOT,
        )

    def _keep_logical_ids(self) -> None:
        instance = self._instance.node.default_child
        # `secret` is the attachment; the generated secret itself is its sibling.
        secret = self._instance.node.find_child("Secret").node.default_child
        login = self._login.node.default_child
        assert isinstance(instance, rds.CfnDBInstance)
        assert isinstance(secret, secretsmanager.CfnSecret)
        assert isinstance(login, secretsmanager.CfnSecret)
        instance.override_logical_id("TrackingDatabase")
        secret.override_logical_id("TrackingDatabaseSecret")
        login.override_logical_id("TrackingServerSecret")
