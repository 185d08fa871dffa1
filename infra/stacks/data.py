"""This stack holds what must survive: buckets, network, database, and the secrets of the alert channels' webhooks."""

import aws_cdk as cdk
from constructs import Construct

from courtside.contracts import lake_keys
from courtside.contracts.archive import TABLES
from courtside.contracts.names import StackOutput, archive_database
from infra.constructs.archive import ArchiveCatalog
from infra.constructs.buckets import AccessLogsBucket, PrivateBucket
from infra.constructs.database import TrackingDatabase
from infra.constructs.ledger import Ledger
from infra.constructs.network import closed_network
from infra.constructs.pages_address import PagesAddress
from infra.constructs.queries import Queries
from infra.constructs.webhook_channel import webhook_secret
from infra.outputs import publish
from infra.placement import placement, zones_of_the_region
from infra.stage import StageSettings

PRODUCTION = "prod"
ROUNDS_KEPT = cdk.Duration.days(90)
"""As long as Step Functions remembers their executions; ledger and archive say for good what rounds found and did."""


class DataStack(cdk.Stack):
    """Everything a redeployment must not lose; deleting the stack keeps the data."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: StageSettings) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Courtside: lake, artifacts, network, tracking database",
            termination_protection=settings.deletion_protection,
            env=placement(settings),
        )
        old_versions = cdk.Duration.days(settings.old_versions_days)
        logs = _access_logs(self, settings)
        self.lake = PrivateBucket(
            self,
            "LakeBucket",
            old_versions=old_versions,
            access_logs=logs,
            passing=_passing(settings),
        )
        ArchiveCatalog(self, "Archive", lake=self.lake, stage=settings.stage)
        self.artifacts = PrivateBucket(self, "ArtifactsBucket", old_versions=old_versions, access_logs=logs)
        self.vpc = closed_network(self, "Network", settings=settings, flow_logs=logs)
        self.database = TrackingDatabase(self, "Database", vpc=self.vpc, settings=settings)
        self.ledger = Ledger(self, "Ledger", deletion_protection=settings.deletion_protection)
        self.queries = Queries(self, "Queries", lake=self.lake, settings=settings)
        self.webhooks = {channel.name: webhook_secret(self, channel) for channel in settings.channels}
        if settings.dashboard_sign_in is not None:
            # It lies beside the lake, whose policy names it, and its users must survive as the data must.
            PagesAddress(self, "Pages", asked=settings.dashboard_sign_in, lake=self.lake, settings=settings)
        self._publish(settings.stage)

    @property
    def availability_zones(self) -> list[str]:
        """The zones of the network; the template is the same whether or not the stage names its account and region."""
        return zones_of_the_region()

    def _publish(self, stage: str) -> None:
        publish(self, StackOutput.LAKE_BUCKET, self.lake.bucket_name, meaning="Holds games, features and reports")
        publish(self, StackOutput.ARTIFACTS_BUCKET, self.artifacts.bucket_name, meaning="Models and artifacts")
        publish(
            self,
            StackOutput.LEDGER_TABLE,
            self.ledger.table_name,
            meaning="Holds locks, approvals and the production history",
        )
        publish(self, StackOutput.ARCHIVE_DATABASE, archive_database(stage), meaning="Tables to query with Athena")
        publish(self, StackOutput.QUERY_WORKGROUP, self.queries.name, meaning="Runs queries over the archive")


def _passing(settings: StageSettings) -> dict[str, cdk.Duration]:
    """Return after which time what lies under a prefix expires; rows that decisions rest on are kept for ever."""
    passing = {
        lake_keys.WATCH_PREFIX: ROUNDS_KEPT,
        lake_keys.QUERY_RESULTS_PREFIX: cdk.Duration.days(settings.query_results_days),
    }
    if settings.archive_days is None:
        return passing
    kept = cdk.Duration.days(settings.archive_days)
    return passing | {table.prefix: kept for table in TABLES.values() if table.expires}


def _access_logs(scope: Construct, settings: StageSettings) -> AccessLogsBucket | None:
    """Keep access logs in production only; elsewhere they would cost more than they are worth."""
    if settings.stage != PRODUCTION:
        return None
    return AccessLogsBucket(scope, "AccessLogsBucket", kept=cdk.Duration.days(365))
