"""Queries answered here by DuckDB, over tables that were read from the archive beforehand.

DuckDB itself reaches no file, network or extension, so a query sees the tables that it names and nothing else.
"""

import contextlib
from collections.abc import Mapping

import duckdb
import pyarrow as pa

from courtside.core.queries.answer import Answer, told_apart
from courtside.core.queries.errors import QueryRefused
from courtside.core.queries.statement import Statement

_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "allow_community_extensions": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
    "python_enable_replacements": False,
}


def answered(statement: Statement, tables: Mapping[str, pa.Table]) -> Answer:
    """Run a statement over these tables by name; raises `QueryRefused`."""
    with duckdb.connect(":memory:", config=_CLOSED) as database:
        for name, rows in tables.items():
            database.register(name, _as_on_athena(rows))
        database.execute("SET TimeZone = 'UTC'; SET integer_division = true; SET lock_configuration = true")
        try:
            found = database.sql(statement.sql("duckdb"))
            return Answer(rows=_counted(told_apart(found.to_arrow_table())))
        except duckdb.Error as error:
            raise QueryRefused("DuckDB", _first_line(error)) from error


def _as_on_athena(rows: pa.Table) -> pa.Table:
    """Return rows with moments in UTC and without a zone, as Athena reads them."""
    fields = [
        field.with_type(pa.timestamp(field.type.unit)) if pa.types.is_timestamp(field.type) else field
        for field in rows.schema
    ]
    return rows.cast(pa.schema(fields))


def _counted(rows: pa.Table) -> pa.Table:
    """Return rows with whole numbers as such: DuckDB sums them up to wider ones, which arrow has as decimals only."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_decimal(field.type) and field.type.scale == 0:
            with contextlib.suppress(pa.ArrowInvalid):  # a number that is wider indeed
                rows = rows.set_column(place, field.name, rows.column(place).cast(pa.int64()))
    return rows


def _first_line(error: duckdb.Error) -> str:
    """Return what DuckDB says, without the drawing of the place below it."""
    return str(error).partition("\n\nLINE")[0].replace("\n", " ")
