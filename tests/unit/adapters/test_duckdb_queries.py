"""DuckDB sees the tables that it is given, with moments as Athena has them, and nothing else of the machine."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from courtside.adapters.duckdb_queries import answered
from courtside.core.queries.errors import QueryRefused
from courtside.core.queries.statement import read_statement

LATE = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
PARTS = pa.array([[("a", 0.5)]], pa.map_(pa.string(), pa.float64()))
SEEN = pa.table({"at": pa.array([LATE], pa.timestamp("us", tz="UTC")), "parts": PARTS})


def test_moments_are_in_utc_wherever_the_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    sql = "select at, cast(at as date) as day, date_trunc('week', at) as week, element_at(parts, 'a') as a from seen"
    (row,) = answered(read_statement(sql), {"seen": SEEN}).rows.to_pylist()
    naive = LATE.replace(tzinfo=None)
    assert row == {"at": naive, "day": naive.date(), "week": datetime(2026, 2, 23), "a": 0.5}  # noqa: DTZ001 — see above


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('{}')",
        "select * from read_parquet('{}')",
        "select * from read_text('{}')",
        "select * from read_blob('{}')",
        'select * from "{}"',
    ],
)
def test_no_file_is_reached(tmp_path: Path, sql: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with pytest.raises(QueryRefused):
        answered(read_statement(sql.format(secret)), {})


def test_no_variable_of_the_program_is_a_table() -> None:
    mine = SEEN
    with pytest.raises(QueryRefused):
        answered(read_statement("select * from mine"), {})
    assert mine is SEEN


def test_what_duckdb_refuses_is_said_in_one_line() -> None:
    with pytest.raises(QueryRefused) as refused:
        answered(read_statement("select nope from seen"), {"seen": SEEN})
    assert str(refused.value).isprintable()
    assert 'column "nope" not found' in refused.value.detail


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("select 7 / 2 as x from t", 3),
        ("select -7 / 2 as x from t", -3),
        ("select count(*) / 2 as x from t", 0),
        ("select sum(n) / 2 as x from t", 3),
        ("select 7 / 2e0 as x from t", 3.5),
        ("select sum(n) / cast(2 as double) as x from t", 3.5),
        ("select sum(n) as x from t", 7),
        ("select max(n) * 100000000000000000000 as x from t", 700000000000000000000),
    ],
)
def test_whole_numbers_are_counted_and_divided_as_on_athena(sql: str, found: float) -> None:
    (row,) = answered(read_statement(sql), {"t": pa.table({"n": [7]})}).rows.to_pylist()
    assert row["x"] == found
    assert isinstance(row["x"], int) is (isinstance(found, int) and found < 2**63)


def test_columns_of_one_name_are_all_there() -> None:
    tables = {"a": pa.table({"id": [1], "x": [2]}), "b": pa.table({"id": [1], "x": [3]})}
    found = answered(read_statement("select a.x, b.x, a.id from a join b on a.id = b.id"), tables).rows
    assert found.to_pylist() == [{"x": 2, "x_2": 3, "id": 1}]
