"""Athena is told which models and which first day there are, and what it says when it fails becomes a named error."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import awswrangler as wr
import pandas as pd
import pyarrow as pa
import pytest

from courtside.adapters.athena_queries import Athena, QueryOverLimit
from courtside.adapters.s3_lake import S3Lake
from courtside.core.queries.errors import QueryRefused
from courtside.core.queries.statement import Narrowing, read_statement

KEYS = (
    "archive/runs/model=unrelated/dt=2020-01-01/a.parquet",
    "archive/run_rows/model=churn/_note.json",
    "archive/run_rows/model=churn/dt=2026-03-02/000001.parquet",
    "archive/run_rows/model=churn/dt=2026-03-09/000001.parquet",
    "archive/run_rows/model=fraud/dt=2026-02-01/000001.parquet",
    "archive/run_rows/model=new/_note.json",
)
COUNT = read_statement("select count(*) as n from runs")


class ListedLake(S3Lake):
    """A bucket of which only the keys are known."""

    def folders(self, prefix: str) -> list[str]:
        below = [key.removeprefix(prefix) for key in KEYS if key.startswith(prefix)]
        return sorted({f"{prefix}{key.partition('/')[0]}/" for key in below if "/" in key})

    def first_key(self, prefix: str) -> str | None:
        return min((key for key in KEYS if key.startswith(prefix)), default=None)


@dataclass
class Desk:
    """An Athena whose library is replaced: `sql` is what it was asked, `ends` what its waiting ends with."""

    sql: str = ""
    ends: BaseException | None = None
    frame: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"n": [1]}))
    stopped: list[str] = field(default_factory=list)

    def ask(self, to: Narrowing) -> pa.Table:
        """Ask how many rows there are; return the answer's rows."""
        return Athena("base", "group", ListedLake("lake")).answered(COUNT, {"runs": to}).rows

    def start(self, *, sql: str, database: str, workgroup: str) -> str:
        assert (database, workgroup) == ("base", "group")
        self.sql = sql
        return "query-1"

    def wait(self, query: str, **_: Any) -> Mapping[str, Any]:
        assert query == "query-1"
        if self.ends is not None:
            raise self.ends
        return {"Statistics": {"DataScannedInBytes": 7}}

    def stop_query_execution(self, *, QueryExecutionId: str) -> None:  # noqa: N803 — as AWS calls it
        self.stopped.append(QueryExecutionId)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    found = Desk()
    monkeypatch.setattr(wr.athena, "start_query_execution", found.start)
    monkeypatch.setattr(wr.athena, "wait_query", found.wait)
    monkeypatch.setattr(wr.athena, "get_query_results", lambda *_, **__: found.frame)
    monkeypatch.setattr("boto3.client", lambda _: found)
    return found


@pytest.mark.parametrize(
    ("to", "condition"),
    [
        (Narrowing(), "model IN ('churn', 'fraud') AND dt >= '2026-02-01'"),
        (Narrowing(models=("churn",)), "model IN ('churn') AND dt >= '2026-03-02'"),
        (Narrowing(models=("churn",), start=date(2026, 3, 5)), "model IN ('churn') AND dt >= '2026-03-05'"),
        (Narrowing(end=date(2026, 3, 1)), "model IN ('churn', 'fraud') AND dt >= '2026-02-01' AND dt < '2026-03-01'"),
        (Narrowing(models=("nobody",)), "model IN ('nobody') AND dt >= '9999-12-31'"),
    ],
)
def test_a_table_is_narrowed_to_the_models_and_days_that_it_has(desk: Desk, to: Narrowing, condition: str) -> None:
    assert desk.ask(to).to_pylist() == [{"n": 1}]
    assert desk.sql == f"SELECT COUNT(*) AS n FROM (SELECT * FROM runs WHERE {condition}) AS runs"  # noqa: S608


def test_moments_are_as_precise_as_in_the_archive(desk: Desk) -> None:
    moment = datetime(2026, 3, 1, 12)  # noqa: DTZ001 — Athena's have no zone
    desk.frame = pd.DataFrame({"at": pd.Series([moment], dtype="timestamp[ns][pyarrow]")})
    assert desk.ask(Narrowing()).schema.field("at").type == pa.timestamp("us")


def test_what_athena_refuses_is_said(desk: Desk) -> None:
    desk.ends = wr.exceptions.QueryFailed("COLUMN_NOT_FOUND: line 1:8:\n Column 'nope' cannot be resolved.")
    with pytest.raises(QueryRefused, match=r"Column 'nope' cannot be resolved. `courtside query --tables`"):
        desk.ask(Narrowing())


def test_a_query_over_the_limit_says_how_to_ask_for_less(desk: Desk) -> None:
    desk.ends = wr.exceptions.QueryCancelled("Bytes scanned limit was exceeded")
    with pytest.raises(QueryOverLimit, match=r"query_scan_limit_gb.*--from, --to"):
        desk.ask(Narrowing())
    assert not desk.stopped


def test_an_interrupted_query_is_stopped(desk: Desk) -> None:
    desk.ends = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        desk.ask(Narrowing())
    assert desk.stopped == ["query-1"]
