"""The tables that a query reads, as Arrow tables: only its columns, and only the models and days that it may see."""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from courtside.contracts.archive import FIRST_DAY, TABLES, ArchiveTable, may_have_rows
from courtside.core.archive.schema import DAY, MODEL, schema_read
from courtside.core.queries.statement import Narrowing, Statement
from courtside.workflows.archive.read import Archive


def tables_of(statement: Statement, to: Mapping[str, Narrowing], *, archive: Archive) -> dict[str, pa.Table]:
    """Return every table that a statement reads, by its name; raises what `Archive.read` raises."""
    return {name: _read(TABLES[name], statement.columns, to[name], archive) for name in statement.tables}


def _read(table: ArchiveTable, spoken_of: frozenset[str] | None, to: Narrowing, archive: Archive) -> pa.Table:
    columns = _columns(table, spoken_of)
    models = _models(table, archive) if to.models is None else to.models
    read = [archive.read(table, model, to.start or FIRST_DAY, to.end or date.max, columns) for model in models]
    return pa.concat_tables([schema_read(table, columns).empty_table(), *read], promote_options="permissive")


def _columns(table: ArchiveTable, spoken_of: frozenset[str] | None) -> list[str] | None:
    """Return the columns to read; any row has a day, which is enough where rows are only counted."""
    if spoken_of is None or table.open_ended:
        return None
    return [name for name in schema_read(table).names if name in spoken_of] or [DAY]


def _models(table: ArchiveTable, archive: Archive) -> list[str]:
    """Return the models that have rows in a table, by the names of their folders."""
    begins = f"{table.prefix}{MODEL}="
    keys = [key.removeprefix(begins) for key in archive.lake.keys(table.prefix) if key.startswith(begins)]
    return sorted(filter(may_have_rows, {key.partition("/")[0] for key in keys}))
