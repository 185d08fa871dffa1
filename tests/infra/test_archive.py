"""Athena finds every row of the archive by the catalog alone, and no row that people still need expires."""

from pathlib import Path
from typing import Any

import pytest

from courtside.contracts import lake_keys
from courtside.contracts.archive import TABLES
from courtside.contracts.names import StackOutput
from infra.archive_page import MODULE, PAGE
from infra.archive_page import tables as tables_as_text
from infra.pages import replaced
from infra.settings import settings_for
from infra.stage import StageSettings
from tests.infra.conftest import synthesize
from tests.infra.synthesized import SynthesizedStage, text

LONGEST_COMMENT, LONGEST_DESCRIPTION = 255, 2048


def tables(stage: SynthesizedStage) -> dict[str, dict[str, Any]]:
    found = stage.data.of_type("AWS::Glue::Table").values()
    return {each["TableInput"]["Name"]: each["TableInput"] for each in found}


def test_every_table_is_in_the_database_whose_name_the_stage_tells(stage: SynthesizedStage) -> None:
    key, database = stage.data.only("AWS::Glue::Database")
    assert database["DatabaseInput"]["Name"] == stage.data.outputs[StackOutput.ARCHIVE_DATABASE]
    assert {each["DatabaseName"]["Ref"] for each in stage.data.of_type("AWS::Glue::Table").values()} == {key}
    assert sorted(tables(stage)) == sorted(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_the_columns_that_are_written(stage: SynthesizedStage, name: str) -> None:
    found = tables(stage)[name]
    columns = found["StorageDescriptor"]["Columns"]
    assert [(each["Name"], each["Type"]) for each in columns] == [(c.name, c.type.value) for c in TABLES[name].columns]
    assert [(each["Name"], each["Type"]) for each in found["PartitionKeys"]] == [("model", "string"), ("dt", "string")]
    assert all(0 < len(each["Comment"]) <= LONGEST_COMMENT for each in (*columns, *found["PartitionKeys"]))
    assert 0 < len(found["Description"]) <= LONGEST_DESCRIPTION
    assert found["TableType"] == "EXTERNAL_TABLE"


@pytest.mark.parametrize("name", TABLES)
def test_a_days_partition_is_where_its_rows_are_written(stage: SynthesizedStage, name: str) -> None:
    found, table = tables(stage)[name], TABLES[name]
    parameters = found["Parameters"]
    assert parameters["projection.enabled"] == "true"
    assert parameters["projection.model.type"] == "injected"
    assert parameters["projection.dt.range"] == "2000-01-01,NOW+1DAYS"
    place = text(parameters["storage.location.template"])
    assert place == f"s3://<LakeBucket>/{table.prefix}model=${{model}}/dt=${{dt}}/"
    assert text(found["StorageDescriptor"]["Location"]) == f"s3://<LakeBucket>/{table.prefix}"


def test_tables_are_read_by_the_names_of_columns(stage: SynthesizedStage) -> None:
    """By their places, a column of an old file could be taken for another one."""
    for found in tables(stage).values():
        serde = found["StorageDescriptor"]["SerdeInfo"]
        assert serde["SerializationLibrary"].endswith("ParquetHiveSerDe")
        assert "parquet.column.index.access" not in serde["Parameters"]


def test_what_expires_is_a_setting_and_nothing_that_is_decided_rests_on_it(tmp_path: Path) -> None:
    settings = StageSettings.model_validate(settings_for("dev").model_dump() | {"archive_days": 400})
    rules = synthesize(settings, tmp_path).data.resources["LakeBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    expiring = {each["Prefix"]: each["ExpirationInDays"] for each in rules if "Prefix" in each}
    assert expiring == {
        lake_keys.WATCH_PREFIX: 90,
        lake_keys.DRIFT_ROWS_PREFIX: 400,
        lake_keys.ESTIMATES_PREFIX: 400,
        lake_keys.PROMISE_TESTS_PREFIX: 400,
        lake_keys.QUERY_RESULTS_PREFIX: 7,
    }


def test_the_page_lists_the_tables_as_they_are() -> None:
    assert replaced(PAGE.read_text(), MODULE, tables_as_text()) == PAGE.read_text()
