"""Ask every query that ships about a year of one model on DuckDB, and print JSON (limit: 1 s for the slowest).

The archive lies in a folder, a file for each day and table, as rounds leave it: 16 features a check, 1,000 predictions
and labels a day. Each query is read, its tables are read from the files, and it is answered, three times; its time is
the best of them. The limit is held to processor time, which other work on the machine does not change. As a peer,
DuckDB reads the same files by its own reader of parquet for the same SQL.

Run `python -m benchmarks.query_year [--strict]` from the project's root; it takes half a minute.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from courtside.adapters.duckdb_queries import answered
from courtside.adapters.folder_lake import FolderLake
from courtside.contracts.archive import TABLES, ArchiveTable, Type
from courtside.core.archive.schema import schema_of
from courtside.core.parquet import parquet_content
from courtside.core.queries.named import NAMED
from courtside.core.queries.statement import Narrowing, Statement, read_statement
from courtside.workflows.archive.read import Archive
from courtside.workflows.archive_queries import tables_of

MODEL, FIRST, DAYS = "churn", date(2025, 1, 1), 365
ROWS = {"drift": 16, "predictions": 1000, "labels": 1000, "performance": 30, "estimates": 10}
"""Rows a day; of any other table one."""
LIMIT_SECONDS = 1.0
TRIES = 3


def main() -> None:
    """Write the archive, ask about it and print how long that took."""
    parser = argparse.ArgumentParser(description="Measure how long a year of one model takes to query on DuckDB.")
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if the limit does not hold")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(FolderLake(Path(folder)))
        names = {name for query in NAMED.values() for name in read_statement(query.sql).tables}
        for name in sorted(names):
            _write(archive, TABLES[name])
        asked = {name: _asked(name, archive, Path(folder)) for name in NAMED}
    slowest = max(ours[0] for ours, _, _ in asked.values())
    figures = {
        "benchmark": "query_year",
        "queries": {
            name: {
                "cpu_seconds": round(ours[0], 3),
                "seconds": round(ours[1], 3),
                "own_reader_cpu_seconds": round(theirs[0], 3),
                "own_reader_seconds": round(theirs[1], 3),
                "rows": rows,
            }
            for name, (ours, theirs, rows) in asked.items()
        },
        "slowest_cpu_seconds": round(slowest, 3),
        "limit_seconds": LIMIT_SECONDS,
        "ratio": round(slowest / LIMIT_SECONDS, 3),
        "ok": slowest <= LIMIT_SECONDS,
    }
    print(json.dumps(figures, indent=2))
    if options.strict and not figures["ok"]:
        sys.exit(1)


_Times = tuple[float, float]
"""Seconds of the processor, and of the clock."""


def _asked(name: str, archive: Archive, folder: Path) -> tuple[_Times, _Times, int]:
    """Return the times of a query as the command answers it, those of DuckDB's own reader, and how many rows came."""
    statement = read_statement(NAMED[name].sql).between(None, None)
    narrowings = statement.narrowings(Narrowing(models=(MODEL,)))
    ours, rows = _best(lambda: answered(statement, tables_of(statement, narrowings, archive=archive)).rows.num_rows)
    theirs, same = _best(lambda: _by_own_reader(statement, folder))
    if rows != same:
        raise AssertionError(f"{name}: {rows} rows, but {same} by DuckDB's own reader")
    return ours, theirs, rows


def _by_own_reader(statement: Statement, folder: Path) -> int:
    with duckdb.connect() as database:
        for name in statement.tables:
            place = f"{folder}/{TABLES[name].prefix}*/*/*.parquet"
            types = "hive_types = {'model': VARCHAR, 'dt': VARCHAR}"
            database.execute(f"create view {name} as from read_parquet('{place}', hive_partitioning = true, {types})")
        found: pa.Table = database.sql(statement.sql("duckdb")).to_arrow_table()
        return found.num_rows


def _best(ask: Callable[[], int]) -> tuple[_Times, int]:
    found = []
    for _ in range(TRIES):
        began, used = time.perf_counter(), time.process_time()
        rows = ask()
        found.append(((time.process_time() - used, time.perf_counter() - began), rows))
    return min(found)


def _write(archive: Archive, table: ArchiveTable) -> None:
    count = ROWS.get(table.name, 1)
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        columns = {each.name: _values(table.name, each.name, each.type, day, count) for each in table.columns}
        rows = pa.table(columns, schema=schema_of(table))
        archive.lake.write(f"{table.day_of(MODEL, day)}000001.parquet", parquet_content(rows))


def _values(table: str, name: str, kind: Type, day: date, count: int) -> list[object]:
    """Return a column of one day: ids that differ from day to day, other texts that repeat, numbers that vary."""
    moment = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
    fixed: dict[tuple[str, str], object] = {
        ("runs", "kind"): "training", ("runs", "failed"): True, ("performance", "role"): "champion",
        ("performance", "segment_column"): None, ("estimates", "refused"): None,
        ("labels", "known_on"): day + timedelta(days=2),
    }  # fmt: skip
    if (table, name) in fixed:
        return [fixed[table, name]] * count
    if name in {"id", "training_id"}:
        return [f"{day}-{each}" for each in range(count)]
    by_type: dict[Type, Callable[[int], object]] = {
        Type.TEXT: lambda each: f"{name} {each % 16}",
        Type.NUMBER: lambda each: (each * 37 % 101) / 101,
        Type.COUNT: lambda each: each,
        Type.SMALL: lambda _: 1,
        Type.YES_NO: lambda _: False,
        Type.DAY: lambda _: day,
        Type.MOMENT: lambda _: moment,
    }
    made = by_type.get(kind)
    return [None if made is None else made(each) for each in range(count)]


if __name__ == "__main__":
    main()
