"""The tables of a database, and the order in which they can be filled."""

from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from courtside.adapters.tracking_copy.errors import NoMlflowSchema, TablesInACircle

VERSION_TABLE = "alembic_version"
# The tables that people think of as the content of a tracking server.
MAIN = ("experiments", "runs", "registered_models", "model_versions")
# Rows that a server creates itself when it starts on an empty database; every other row belongs to somebody.
_SEEDED = {"experiments": "name = 'Default'", "workspaces": "name = 'default'"}

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
    select relname from pg_class where relkind = 'S' and relnamespace = current_schema()::regnamespace order by relname
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
    """Return every table except that of the schema's version; each comes after those it refers to."""
    cursor.execute(_TABLES)
    columns = {name: tuple(found) for name, found in cursor.fetchall() if name != VERSION_TABLE}
    cursor.execute(_REFERENCES)
    needs: dict[str, set[str]] = {name: set() for name in columns}
    for source, target in cursor.fetchall():
        # A table may refer to itself: the constraint is checked when all of its rows are there.
        if source in needs and target in needs and source != target:
            needs[source].add(target)
    return [Table(name, columns[name]) for name in _ordered(needs)]


def _ordered(needs: dict[str, set[str]]) -> Iterable[str]:
    try:
        return list(TopologicalSorter({name: sorted(needs[name]) for name in sorted(needs)}).static_order())
    except CycleError as error:
        raise TablesInACircle(error.args[1]) from error


def content(cursor: Any) -> dict[str, int]:
    """Return, for each table that has any, the number of rows that no server created itself, main tables first."""
    names = [table.name for table in tables(cursor)]
    counts = {}
    for name in sorted(names, key=lambda each: MAIN.index(each) if each in MAIN else len(MAIN)):
        cursor.execute(f"select count(*) from {identifier(name)} where not ({_SEEDED.get(name, 'false')})")  # noqa: S608 — names of the catalogue
        counts[name] = int(cursor.fetchone()[0])
    return {name: count for name, count in counts.items() if count}


def sequences(cursor: Any) -> dict[str, tuple[int, bool]]:
    """Return each sequence's last value, and whether that was already used."""
    cursor.execute(_SEQUENCES)
    found = {}
    for (name,) in cursor.fetchall():
        cursor.execute(f"select last_value, is_called from {identifier(name)}")  # noqa: S608 — names of the catalogue
        last, called = cursor.fetchone()
        found[str(name)] = (int(last), bool(called))
    return found


def identifier(name: str) -> str:
    """Return a name quoted for SQL, whatever it contains."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
