"""The archive's tables in the Glue catalog, so that Athena finds their rows without a crawler."""

import aws_cdk as cdk
from aws_cdk import aws_glue as glue
from aws_cdk import aws_s3 as s3
from constructs import Construct

from courtside.contracts.archive import FIRST_DAY, TABLES, ArchiveTable
from courtside.contracts.names import archive_database

_PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
# A round may run after midnight in UTC while a query was planned before it.
_DAYS = f"{FIRST_DAY.isoformat()},NOW+1DAYS"


class ArchiveCatalog(Construct):
    """A database with all tables; their partitions are counted up by Athena, so nothing has to add one.

    A query has to say which model it is about, because no list of models is in the template, and should say which days
    it is about, because Athena asks S3 for each day.
    """

    def __init__(self, scope: Construct, construct_id: str, *, lake: s3.IBucket, stage: str) -> None:
        super().__init__(scope, construct_id)
        account = cdk.Stack.of(self).account
        database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=account,
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=archive_database(stage),
                description=f"What the models of the stage {stage} predicted, how well, and what was decided",
            ),
        )
        for table in TABLES.values():
            glue.CfnTable(
                self,
                "".join(word.capitalize() for word in table.name.split("_")),
                catalog_id=account,
                database_name=database.ref,
                table_input=_input(table, lake.bucket_name),
            )


def _input(table: ArchiveTable, bucket: str) -> glue.CfnTable.TableInputProperty:
    place = f"s3://{bucket}/{table.prefix}"
    return glue.CfnTable.TableInputProperty(
        name=table.name,
        description=f"A row is {table.about}",
        table_type="EXTERNAL_TABLE",
        partition_keys=[
            _column("model", "string", "The model; a query has to say which ones it is about."),
            _column("dt", "string", f"The day {table.day}, as YYYY-MM-DD."),
        ],
        parameters={
            "EXTERNAL": "TRUE",
            "classification": "parquet",
            "projection.enabled": "true",
            "projection.model.type": "injected",
            "projection.dt.type": "date",
            "projection.dt.format": "yyyy-MM-dd",
            "projection.dt.range": _DAYS,
            "projection.dt.interval": "1",
            "projection.dt.interval.unit": "DAYS",
            "storage.location.template": f"{place}model=${{model}}/dt=${{dt}}/",
        },
        storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
            columns=[_column(each.name, each.type.value, each.meaning) for each in table.columns],
            location=place,
            input_format=f"{_PARQUET}.MapredParquetInputFormat",
            output_format=f"{_PARQUET}.MapredParquetOutputFormat",
            # It finds columns by their names, so files from before a column are read with null.
            serde_info=glue.CfnTable.SerdeInfoProperty(
                serialization_library=f"{_PARQUET}.serde.ParquetHiveSerDe", parameters={"serialization.format": "1"}
            ),
        ),
    )


def _column(name: str, kind: str, meaning: str) -> glue.CfnTable.ColumnProperty:
    return glue.CfnTable.ColumnProperty(name=name, type=kind, comment=meaning)
