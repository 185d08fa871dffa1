"""What tables a database has, and in which order they can be filled."""

from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from courtside.adapters.tracking_copy.errors import NoMlflowSchema, TablesInACircle

VERSION_TABLE = "alembic_version"
# What a server creates itself when it starts on an empty database does not count as content.
CONTENT = {
    "experiments": "name <> 'Default'",
    "runs": "true",
    "registered_models": "true",
    "model_versions": "true",
}

_TABLES = """
    select t.table_name, array_agg(c.column_name::text order by c.ordinal_position)
    from information_schema.tables t
    join information_schema.columns c using (table_schema, table_name)
    where t.table_schema = current_schema() and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER'
    group by t.table_name
"""
_REFERENCES = """
    select source.relname, target.relname
    from pg_constraint k
    join pg_class source on source.oid = k.conrelid
    join pg_class target on target.oid = k.confrelid
    where k.contype = 'f' and k.connamespace = current_schema()::regnamespace
"""
_SEQUENCES = """
    select c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and a.attnum > 0
      and not a.attisdropped and pg_get_serial_sequence(quote_ident(c.relname), a.attname) is not null
"""


@dataclass(frozen=True, slots=True)
class Table:
    """One table and the columns that hold data of their own."""

    name: str
    columns: tuple[str, ...]


def schema_version(cursor: Any) -> str:
    """Return the revision of MLflow's schema; raises `NoMlflowSchema`."""
    cursor.execute("select to_regclass(%s)", [VERSION_TABLE])
    if cursor.fetchone()[0] is None:
        raise NoMlflowSchema
    cursor.execute(f"select version_num from {VERSION_TABLE}")  # noqa: S608 — a constant of ours
    found = cursor.fetchone()
    if found is None:
        raise NoMlflowSchema
    return str(found[0])


def tables(cursor: Any) -> list[Table]:
    """Return every table but the one of the schema's version; each comes after those it refers to."""
    cursor.execute(_TABLES)
    columns = {name: tuple(found) for name, found in cursor.fetchall() if name != VERSION_TABLE}
    cursor.execute(_REFERENCES)
    needs: dict[str, set[str]] = {name: set() for name in columns}
    for source, target in cursor.fetchall():
        # A table may refer to itself: the constraint is looked at when all of its rows are there.
        if source in needs and target in needs and source != target:
            needs[source].add(target)
    return [Table(name, columns[name]) for name in _ordered(needs)]


def _ordered(needs: dict[str, set[str]]) -> Iterable[str]:
    try:
        return list(TopologicalSorter({name: sorted(needs[name]) for name in sorted(needs)}).static_order())
    except CycleError as error:
        raise TablesInACircle(error.args[1]) from error


def sequences(cursor: Any) -> list[tuple[str, str, str]]:
    """Return (table, column, sequence) of every column that counts by itself."""
    cursor.execute(_SEQUENCES)
    return [(str(table), str(column), str(sequence)) for table, column, sequence in cursor.fetchall()]
