"""`courtside query` lists what ships, answers from a folder or a stage, and refuses in whole sentences."""

import csv
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.adapters.deployment import StageOutputs
from courtside.adapters.folder_lake import FolderLake
from courtside.adapters.s3_lake import S3Lake
from courtside.contracts.archive import TABLES
from courtside.contracts.names import StackOutput
from courtside.core.queries.answer import Answer
from courtside.core.queries.named import NAMED
from courtside.core.queries.statement import Narrowing, Statement
from tests.fakes.archive_rows import eventful_march, put
from tests.fakes.console_script import run


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lake")
    eventful_march(FolderLake(folder))
    return folder


def test_alone_it_lists_the_queries_that_ship_with_their_sql_in_json() -> None:
    assert all(f"{name}\t{query.answers}" in run("query").stdout for name, query in NAMED.items())
    listed = json.loads(run("query", "--json").stdout)
    assert [each["name"] for each in listed] == list(NAMED)
    assert all(each["sql"].startswith(("SELECT", "WITH")) for each in listed)


def test_it_lists_every_table_with_its_columns() -> None:
    listed = json.loads(run("query", "--tables", "--json").stdout)
    assert {each["table"] for each in listed} == {"every table", *TABLES}
    assert {"model", "dt"} == {each["column"] for each in listed if each["table"] == "every table"}


def test_a_query_that_ships_is_narrowed_to_a_model_and_days(lake: Path) -> None:
    narrowed = ("--lake", lake, "--model", "churn", "--from", "2026-03-09", "--to", "2026-03-10")
    found = json.loads(run("query", "drift_by_feature", *narrowed, "--json").stdout)
    assert [(row["model"], row["feature"], row["window_end"]) for row in found] == [
        ("churn", "age", "2026-03-09"),
        ("churn", "plan", "2026-03-09"),
    ]


def test_sql_is_athenas_and_sees_the_model_and_the_day_of_every_row(lake: Path) -> None:
    sql = "SELECT model, max(dt) AS newest, max_by(effect, feature) AS effect FROM drift GROUP BY model ORDER BY 1"
    done = run("query", sql, "--lake", lake)
    assert done.stdout.splitlines() == [
        "model\tnewest\teffect",
        "churn\t2026-03-09\t0.010",
        "fraud\t2026-03-09\t0.010",
    ]
    assert (done.returncode, done.stderr) == (0, "")


def test_a_screen_gets_some_rows_and_is_told_of_the_others(lake: Path) -> None:
    done = run("query", "SELECT id FROM predictions", "--lake", lake, "--limit", "2")
    assert len(done.stdout.splitlines()) == 3
    assert "There are more rows than the 2 shown" in done.stderr
    assert "more rows" not in run("query", "SELECT id FROM predictions", "--lake", lake, "--limit", "5").stderr


def test_json_has_all_rows_lists_and_null_for_what_is_no_number(tmp_path: Path) -> None:
    rows = [{"feature": str(each), "psi": float("nan"), "segments_drifted": ["a", "b"]} for each in range(70)]
    put(FolderLake(tmp_path), "drift", "churn", "2026-03-01", *rows)
    done = run("query", "SELECT feature, psi, segments_drifted FROM drift", "--lake", tmp_path, "--json")
    found = json.loads(done.stdout)
    assert len(found) == 70
    assert found[0] == {"feature": "0", "psi": None, "segments_drifted": ["a", "b"]}


def test_files_are_written_whole(lake: Path, tmp_path: Path) -> None:
    sql = "SELECT id, segments, at_timezone(time, 'UTC') IS NULL AS timeless, prediction FROM predictions ORDER BY id"
    sql = sql.replace("at_timezone(time, 'UTC')", "time")
    done = run("query", sql, "--lake", lake, "--csv", tmp_path / "found.csv", "--parquet", tmp_path / "found.parquet")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert f"Wrote 5 rows into {tmp_path / 'found.csv'}" in done.stderr
    rows = list(csv.DictReader((tmp_path / "found.csv").open()))
    assert rows[1] == {"id": "r0", "segments": "", "timeless": "False", "prediction": "0.0"}
    table = pq.read_table(tmp_path / "found.parquet")
    assert (table.num_rows, table.schema.field("segments").type) == (5, pa.map_(pa.string(), pa.string()))


def test_csv_goes_to_stdout_for_a_pipe(lake: Path) -> None:
    done = run("query", "SELECT 'a,b' AS x, 1 AS y", "--lake", lake, "--csv", "-")
    assert done.stdout == 'x,y\n"a,b",1\n'


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (("champion_wen",), "QueryUnknown"),
        (("DROP TABLE drift",), "NotASelect"),
        (("SELECT 1; SELECT 2",), "SeveralStatements"),
        (("SELECT FROM WHERE",), "SqlUnreadable"),
        (("SELECT * FROM drfit",), "TableUnknown"),
        (("SELECT nope FROM drift",), "QueryRefused"),
        (("SELECT * FROM sales.orders",), "TableOutside"),
        (("SELECT * FROM read_csv('/etc/passwd')",), "TableOutside"),
        (("champion_when", "--from", "yesterday"), "NotADay"),
        (("champion_when", "--from", "2026-03-02", "--to", "2026-03-02"), "DaysReversed"),
        (("champion_when", "--model", "../x"), "NameUnusable"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(lake: Path, given: tuple[str, ...], error: str) -> None:
    done = run("query", *given, "--lake", lake)
    assert done.returncode == 2
    assert done.stderr.startswith(f"{error}: ")
    assert "Traceback" not in done.stderr


def test_options_need_a_query_and_a_place_an_archive(tmp_path: Path) -> None:
    done = run("query", "--csv", tmp_path / "found.csv")
    assert (done.returncode, done.stderr.partition(":")[0]) == (2, "NothingToAsk")
    done = run("query", "champion_when", "--lake", tmp_path)
    assert (done.returncode, done.stderr.partition(":")[0]) == (2, "NoArchive")


class FakeAthena:
    """Answers one row, and remembers what it was asked."""

    asked: tuple[Any, ...] = ()

    def __init__(self, database: str, workgroup: str, lake: S3Lake) -> None:
        self.place = (database, workgroup, lake.bucket)

    def answered(self, statement: Statement, to: Mapping[str, Narrowing]) -> Answer:
        FakeAthena.asked = (*self.place, statement.sql("athena"), to)
        return Answer(rows=pa.table({"n": [1]}), scanned_bytes=250_000_000)


def test_on_a_stage_athena_is_asked_and_what_it_read_and_the_price_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = StageOutputs("dev")
    outputs |= {
        StackOutput.ARCHIVE_DATABASE: "base", StackOutput.QUERY_WORKGROUP: "group", StackOutput.LAKE_BUCKET: "lake",
    }  # fmt: skip
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: outputs)
    monkeypatch.setattr("courtside.adapters.athena_queries.Athena", FakeAthena)
    done = run("query", "SELECT count(*) AS n FROM runs", "--model", "churn", "--from", "2026-03-01")
    assert (done.returncode, done.stdout) == (0, "n\n1\n")
    assert "Athena read 250.0 MB, which costs about $0.00125" in done.stderr
    narrowing = Narrowing(models=("churn",), start=date(2026, 3, 1))
    asked = "SELECT COUNT(*) AS n FROM runs LIMIT 51"
    assert FakeAthena.asked == ("base", "group", "lake", asked, {"runs": narrowing})


@pytest.mark.parametrize("form", ["--json", "--csv=-", ""])
@pytest.mark.parametrize("value", ["CAST('infinity' AS date)", "CAST('infinity' AS timestamp)"])
def test_a_value_that_a_form_of_the_answer_does_not_have_is_named(lake: Path, value: str, form: str) -> None:
    done = run("query", f"SELECT {value} AS day", *filter(None, [form]), "--lake", lake)
    assert (done.returncode, done.stderr.partition(":")[0]) == (2, "AnswerUnwritable")


def test_an_interval_can_be_read_but_not_written_as_parquet(lake: Path, tmp_path: Path) -> None:
    asked = ("SELECT interval '1' month AS x", "--lake", lake)
    assert run("query", *asked, "--json").returncode == 0
    done = run("query", *asked, "--parquet", tmp_path / "x.parquet")
    assert (done.returncode, done.stderr.partition(":")[0]) == (2, "AnswerUnwritable")


def test_a_folder_that_is_of_no_model_is_passed_over(tmp_path: Path) -> None:
    eventful_march(FolderLake(tmp_path))
    asked = ("SELECT count(*) AS n FROM drift", "--lake", tmp_path, "--json")
    before = run("query", *asked).stdout
    stray = tmp_path / TABLES["drift"].prefix / "model=my copy" / "dt=2026-03-01" / "000001.parquet"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"")
    assert run("query", *asked).stdout == before != ""
