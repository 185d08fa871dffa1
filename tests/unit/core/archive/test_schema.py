"""What is written has the columns that the catalog and people are told of."""

import pyarrow as pa
import pytest

from courtside.contracts.archive import TABLES, NoSuchColumn, table_named
from courtside.core.archive.schema import fitted, schema_of, schema_read
from courtside.workflows.drift_archive import ROWS_SCHEMA


def test_a_drift_report_is_written_with_the_columns_of_its_table() -> None:
    """A statistic that registers itself adds a column, which the table then has to describe."""
    assert schema_of(table_named("drift")).equals(ROWS_SCHEMA)


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_read_and_may_be_null(name: str) -> None:
    read = schema_read(TABLES[name])
    assert read.names == [*(column.name for column in TABLES[name].columns), "model", "dt"]
    assert all(field.nullable for field in read)


def test_columns_come_in_the_order_of_the_table_and_unknown_ones_are_refused() -> None:
    assert schema_read(table_named("labels"), ["dt", "label", "id"]).names == ["id", "label", "dt"]
    with pytest.raises(NoSuchColumn, match="the table labels has no column lable, model_id; its columns are id, label"):
        schema_read(table_named("labels"), ["lable", "id", "model_id"])
    assert schema_read(table_named("arrivals"), ["age", "arrived_load"]).names == ["arrived_load"]


def test_what_old_files_lack_is_null() -> None:
    schema = schema_read(table_named("labels"), ["id", "label", "revision"])
    rows = fitted(pa.table({"id": ["a"], "label": pa.array([None], pa.string())}), schema)
    assert rows.to_pylist() == [{"id": "a", "label": None, "revision": None}]
