"""`courtside query`: what the archive says, by a query that ships or by SQL."""

import csv
import io
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.query_sources import Source, source_of
from courtside.cli.stage import OneModel, Stage
from courtside.contracts.days import parse_day
from courtside.contracts.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from courtside.core.queries.answer import Answer
    from courtside.core.queries.statement import Statement

SHOWN_ROWS = 50
_LEAST_CHARGED_BYTES = 10_000_000
_GB = 1000**3
STDOUT = Path("-")


class NothingToAsk(BadInput):
    """Options of a query were given without one."""

    def __init__(self, option: str) -> None:
        self.option = option
        super().__init__(
            f"{option} needs a query: name one that `courtside query` lists, or write a SELECT statement in quotation "
            "marks"
        )


class DaysReversed(BadInput):
    """The first day that was asked for is not before the day to stop before."""

    def __init__(self, start: str, end: str) -> None:
        self.start = start
        self.end = end
        super().__init__(f"no day is from {start} and before {end}; --to names the day after the last one")


def query(
    ask: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME|SQL", help="A query that ships, or a SELECT in Athena's SQL [default: list them]."
        ),
    ] = None,
    stage: Stage = "dev",
    model: OneModel = None,
    since: Annotated[str | None, typer.Option("--from", help="First day to look at, as YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Day to stop before.")] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1, help=f"Return at most so many rows [default: all; a table on the screen has {SHOWN_ROWS}]."
        ),
    ] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write CSV into this file; - is stdout.")] = None,
    parquet_file: Annotated[Path | None, typer.Option("--parquet", help="Write a parquet file.")] = None,
    lake: Annotated[
        str | None, typer.Option(help="Read a folder or s3:// address that holds archive/, instead of a stage.")
    ] = None,
    duckdb: Annotated[
        bool, typer.Option("--duckdb", help="Read the stage's files here instead of asking Athena.")
    ] = False,
    tables: Annotated[bool, typer.Option("--tables", help="List the tables and their columns.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Query the archive: drift, decisions, performance, predictions, labels, production, incidents, runs and more.

    On a stage Athena answers, and what it read and what that costs is said. With --lake or --duckdb, DuckDB answers
    here from the same files. Both take the same SQL, which is Athena's, and the same tables. --model, --from and --to
    narrow every table that a query reads. A query can only read.

    Examples:

    - `courtside query`

    - `courtside query drift_by_feature --model churn --from 2026-10-01`

    - `courtside query "SELECT feature, max(effect) AS effect FROM drift GROUP BY feature" --csv effects.csv`

    - `courtside query champion_when --lake ./copy-of-the-lake --json`
    """
    if tables:
        _show_tables(as_json=as_json)
        return
    if ask is None:
        _refuse_options(
            {"--csv": csv_file, "--parquet": parquet_file, "--from": since, "--to": until, "--limit": limit}
        )
        _show_named(as_json=as_json)
        return
    asked = _Asked.of(ask)
    to_screen = not (as_json or csv_file or parquet_file)
    most = limit or (SHOWN_ROWS if to_screen else None)
    with people.status("Opening the lake" if lake else "Asking the stage"):
        source = source_of(stage=stage, lake=lake, here=duckdb)
    found = _answered(asked, source, model, since=since, until=until, limit=None if most is None else most + 1)
    rows, more = (found.rows, False) if most is None else (found.rows.slice(0, most), found.rows.num_rows > most)
    with _writable():
        _deliver(rows, csv_file=csv_file, parquet_file=parquet_file, as_json=as_json, title=asked.title)
    if more:
        say(f"There are more rows than the {most} shown; --limit says how many to return, --csv and --json return all.")
    if found.scanned_bytes is not None:
        _say_cost(found.scanned_bytes)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked: a statement, and the tables that days do not narrow."""

    title: str
    statement: "Statement"
    undated: frozenset[str]

    @classmethod
    def of(cls, ask: str) -> "_Asked":
        from courtside.contracts.archive import TABLES
        from courtside.core.queries.errors import QueryUnknown
        from courtside.core.queries.named import NAMED
        from courtside.core.queries.statement import read_statement

        named = NAMED.get(ask)
        if named is not None:
            return cls(named.answers, read_statement(named.sql), named.undated)
        if ask.strip() and not any(sign.isspace() or sign in "(*" for sign in ask.strip()):
            raise QueryUnknown(ask, known=NAMED)
        return cls("Rows", read_statement(ask).known(TABLES), frozenset())


def _answered(
    asked: _Asked, source: Source, model: str | None, *, since: str | None, until: str | None, limit: int | None
) -> "Answer":
    from courtside.core.queries.statement import Narrowing

    start, end = (None if day is None else parse_day(day) for day in (since, until))
    if start and end and start >= end:
        raise DaysReversed(str(start), str(end))
    statement = asked.statement.between(start, end).at_most(limit)
    narrowing = Narrowing(models=None if model is None else (model,), start=start, end=end)
    with people.status(source.says):
        return source.answered(statement, statement.narrowings(narrowing, undated=asked.undated))


@contextmanager
def _writable() -> "Iterator[None]":
    """Turn errors about a value, such as a day after the year 9999 or an interval, into `AnswerUnwritable`."""
    import pyarrow as pa

    from courtside.core.queries.errors import AnswerUnwritable

    try:
        yield
    except (OverflowError, pa.ArrowException) as error:
        raise AnswerUnwritable(str(error).splitlines()[0]) from error


def _deliver(rows: "pa.Table", *, csv_file: Path | None, parquet_file: Path | None, as_json: bool, title: str) -> None:
    """Write rows where they were asked for."""
    from courtside.adapters.files import write_files, write_table
    from courtside.core.queries.answer import as_documents

    if parquet_file is not None:
        write_table(rows, parquet_file)
        say(f"Wrote {rows.num_rows} rows into {parquet_file}")
    if csv_file == STDOUT:
        sys.stdout.write(_csv(rows))
    elif csv_file is not None:
        write_files({csv_file: _csv(rows).encode()})
        say(f"Wrote {rows.num_rows} rows into {csv_file}")
    if as_json:
        print_json(as_documents(rows))
    elif csv_file is None and parquet_file is None:
        print_table(title, as_documents(rows))


def _csv(rows: "pa.Table") -> str:
    from courtside.core.queries.answer import flat

    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(rows.column_names)
    writer.writerows(zip(*(column.to_pylist() for column in flat(rows).columns), strict=True))
    return written.getvalue()


def _say_cost(scanned: int) -> None:
    from courtside.prices.price_list import price_table

    usd = max(scanned, _LEAST_CHARGED_BYTES) / _GB * price_table("us-east-1").prices["athena_scanned_gb"].usd
    say(f"Athena read {scanned / 1000**2:.1f} MB, which costs about ${usd:.5f} (it charges for at least 10 MB).")


def _refuse_options(given: dict[str, Any]) -> None:
    for option, value in given.items():
        if value is not None:
            raise NothingToAsk(option)


def _show_named(*, as_json: bool) -> None:
    from courtside.core.queries.named import NAMED

    rows = [{"name": each.name, "answers": each.answers} for each in NAMED.values()]
    if as_json:
        print_json([row | {"sql": dedent(NAMED[row["name"]].sql).strip()} for row in rows])
        return
    print_table("Queries that ship", rows)
    say("Run one with `courtside query NAME`, or write a SELECT in quotation marks. `courtside query --tables` shows "
        "what there is to read.")  # fmt: skip


def _show_tables(*, as_json: bool) -> None:
    from courtside.contracts.archive import TABLES

    rows = [
        {"table": table.name, "column": column.name, "type": column.type.value, "meaning": column.meaning}
        for table in TABLES.values()
        for column in table.columns
    ]
    keys = [
        {"table": "every table", "column": "model", "type": "string", "meaning": "The model."},
        {"table": "every table", "column": "dt", "type": "string", "meaning": "The day, as YYYY-MM-DD."},
    ]
    print_json(keys + rows) if as_json else print_table("Tables of the archive", keys + rows)
