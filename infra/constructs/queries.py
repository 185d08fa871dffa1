"""Queries over the archive by Athena: how much one may read, and where its result lies until it expires."""

from aws_cdk import aws_athena as athena
from aws_cdk import aws_s3 as s3
from constructs import Construct

from courtside.contracts import lake_keys
from infra.stage import StageSettings

_GB = 1000**3


class Queries(Construct):
    """A workgroup that nobody can query beside: it sets the limit, and results encrypted in the lake."""

    def __init__(self, scope: Construct, construct_id: str, *, lake: s3.IBucket, settings: StageSettings) -> None:
        super().__init__(scope, construct_id)
        self.workgroup = athena.CfnWorkGroup(
            self,
            "Workgroup",
            # Athena has no names but those that are given, and people type this one.
            name=f"courtside-{settings.stage}",
            description=f"Queries over the archive of the stage {settings.stage}",
            # Only the history of queries goes with it, and a workgroup with a history could not be deleted otherwise.
            recursive_delete_option=True,
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                bytes_scanned_cutoff_per_query=round(settings.query_scan_limit_gb * _GB),
                enforce_work_group_configuration=True,
                engine_version=athena.CfnWorkGroup.EngineVersionProperty(
                    selected_engine_version="Athena engine version 3"
                ),
                # Custom metrics of CloudWatch would cost, and `courtside query` says what each query reads.
                publish_cloud_watch_metrics_enabled=False,
                result_configuration=athena.CfnWorkGroup.ResultConfigurationProperty(
                    output_location=f"s3://{lake.bucket_name}/{lake_keys.QUERY_RESULTS_PREFIX}",
                    encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
                        encryption_option="SSE_S3"
                    ),
                ),
            ),
        )

    @property
    def name(self) -> str:
        """The workgroup's name, known once it exists."""
        return self.workgroup.ref
