"""Every query that ships is Athena's SQL over tables and columns that exist, and DuckDB answers it from files."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot.errors import ErrorLevel
from sqlglot.optimizer.qualify import qualify

from courtside.adapters.duckdb_queries import answered
from courtside.contracts.archive import TABLES
from courtside.core.archive.schema import schema_read
from courtside.core.queries.named import NAMED, NamedQuery, QueryTwice, by_name
from courtside.core.queries.statement import Narrowing, read_statement
from courtside.workflows.archive.read import Archive
from courtside.workflows.archive_queries import tables_of
from tests.fakes.archive_rows import eventful_march, put
from tests.fakes.ports import InMemoryLake

every_query = pytest.mark.parametrize("query", NAMED.values(), ids=NAMED)
PAGE = (Path(__file__).parents[4] / "docs" / "queries.md").read_text()
MARCH = Narrowing(start=date(2026, 3, 1), end=date(2026, 4, 1))


@pytest.fixture(scope="module")
def archive() -> Archive:
    lake = InMemoryLake()
    eventful_march(lake)
    return Archive(lake)


def ask(archive: Archive, name: str, *columns: str, to: Narrowing = MARCH) -> list[tuple[Any, ...]]:
    """Answer a query by DuckDB; return these columns of its rows."""
    query = NAMED[name]
    statement = read_statement(query.sql).between(to.start, to.end)
    narrowings = statement.narrowings(to, undated=query.undated)
    found = answered(statement, tables_of(statement, narrowings, archive=archive)).rows
    return [tuple(row[column] for column in columns) for row in found.to_pylist()]


@every_query
def test_it_parses_as_athenas_sql_before_and_after_it_is_narrowed(query: NamedQuery) -> None:
    statement = read_statement(query.sql).between(None, None)
    narrowed = statement.narrowed(statement.narrowings(MARCH, undated=query.undated))
    for sql in (query.sql, narrowed.sql("athena")):
        sqlglot.parse_one(sql, read="athena", error_level=ErrorLevel.RAISE)


@every_query
def test_it_names_tables_and_columns_that_exist_and_no_star(query: NamedQuery) -> None:
    statement = read_statement(query.sql).known(TABLES)
    assert statement.tables
    assert statement.columns is not None
    assert not statement.elsewhere
    assert query.undated <= set(statement.tables)
    schema = {name: dict.fromkeys(schema_read(TABLES[name]).names, "varchar") for name in statement.tables}
    qualify(statement.parsed.copy(), schema=schema, dialect="athena", validate_qualify_columns=True)


@every_query
def test_it_orders_its_rows_and_answers_a_question(query: NamedQuery) -> None:
    assert read_statement(query.sql).parsed.args.get("order")
    assert query.answers.endswith("?")


@every_query
def test_the_page_lists_it(query: NamedQuery) -> None:
    assert f"| `{query.name}` | {query.answers} |" in PAGE


@every_query
def test_it_finds_no_rows_where_there_are_none(query: NamedQuery) -> None:
    assert ask(Archive(InMemoryLake()), query.name, "model") == []


def test_drift_is_told_by_feature_and_day_without_what_was_computed_later(archive: Archive) -> None:
    found = ask(archive, "drift_by_feature", "model", "feature", "window_end", "effect")
    assert [row for row in found if row[:2] == ("churn", "age")] == [
        ("churn", "age", date(2026, 3, 2), 0.05),
        ("churn", "age", date(2026, 3, 9), 0.4),
    ]
    assert len(found) == 8
    week = Narrowing(models=("fraud",), start=date(2026, 3, 9))
    assert ask(archive, "drift_by_feature", "model", "effect", to=week) == [("fraud", 0.1), ("fraud", 0.01)]


def test_a_training_is_told_with_the_decision_behind_it_even_of_the_day_before(archive: Archive) -> None:
    found = ask(archive, "why_did_we_retrain", "training_id", "rule", "state", to=Narrowing(start=date(2026, 3, 10)))
    assert found == [("t-2", "drift_and_loss", "done"), ("t-3", None, "failed")]


@pytest.mark.parametrize(
    ("start", "end", "versions"),
    [
        (None, None, ["1", "2"]),
        (date(2026, 2, 1), date(2026, 2, 2), ["1"]),
        (date(2026, 3, 10), None, ["1", "2"]),
        (date(2026, 3, 11), None, ["2"]),
        (None, date(2026, 1, 1), []),
    ],
)
def test_a_champion_is_told_on_every_day_of_its_time(
    archive: Archive, start: date | None, end: date | None, versions: list[str]
) -> None:
    found = ask(archive, "champion_when", "version", to=Narrowing(start=start, end=end))
    assert [version for (version,) in found] == versions


def test_a_promise_stands_beside_what_was_said_last_of_the_champion_as_a_whole(archive: Archive) -> None:
    found = ask(archive, "promise_against_realised", "version", "value", "promise", "difference")
    assert found == [("1", 0.7, 0.75, pytest.approx(-0.05))]


def test_an_estimate_stands_beside_what_the_labels_said(archive: Archive) -> None:
    found = ask(archive, "estimates_against_realised", "method", "estimated", "realised", "error")
    assert found == [("cbpe", 0.72, 0.7, pytest.approx(0.02))]


def test_incidents_are_counted_by_kind_with_those_of_the_stage_itself(archive: Archive) -> None:
    found = ask(archive, "alerts_by_kind", "model", "kind", "incidents", "alerts", "resolved", "hours_open", "newest")
    newest = datetime(2026, 3, 9, 6)  # noqa: DTZ001 — Athena has moments in UTC, without a zone
    assert found == [
        ("churn", "drift", 2, 4, 1, 24.0, newest),
        ("stage.itself", "rounds_stopped", 1, 2, 0, None, newest),
    ]


def test_the_delay_counts_the_first_label_of_a_row_from_the_rows_own_day(archive: Archive) -> None:
    found = ask(archive, "label_delay", "days", "labels", "share_by_then", to=Narrowing(end=date(2026, 3, 5)))
    assert found == [(3, 1, 0.25), (7, 1, 0.5)]


def test_predictions_are_counted_by_day_and_version(archive: Archive) -> None:
    found = ask(archive, "prediction_counts", "as_of", "version", "predictions", "ids", "mean")
    assert found == [(date(2026, 3, 3), "1", 4, 4, 0.375), (date(2026, 3, 4), "2", 1, 1, 0.0)]


def test_of_several_classes_the_likeliest_are_counted(archive: Archive) -> None:
    assert ask(archive, "predicted_classes", "model") == []  # those of two classes have none
    lake = InMemoryLake()
    said = (("a", "rose", 0.9), ("b", "lily", 0.6), ("c", "rose", 0.5))
    rows = [{"id": each, "predicted": name, "prediction": chance} for each, name, chance in said]
    put(lake, "predictions", "flowers", "2026-03-03", *rows)
    found = ask(Archive(lake), "predicted_classes", "predicted", "predictions", "mean_probability")
    assert found == [("rose", 2, pytest.approx(0.7)), ("lily", 1, 0.6)]


def test_what_failed_is_told_with_its_reason(archive: Archive) -> None:
    assert ask(archive, "runs_that_failed", "id", "outcome") == [("t-3", "There was no memory left.")]


def test_no_two_queries_have_one_name() -> None:
    one = NAMED["champion_when"]
    with pytest.raises(QueryTwice):
        by_name([one, one])
