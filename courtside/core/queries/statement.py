"""A query as SQL: read, found to change nothing, and narrowed to the models and days that were asked for.

It is written in Athena's SQL wherever it runs; DuckDB gets a translation, so that one text serves both.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import traverse_scope

from courtside.core.queries.errors import NotASelect, SeveralStatements, SqlUnreadable, TableUnknown

Engine = Literal["athena", "duckdb"]

FIRST_DAY, LAST_DAY = date(1, 1, 1), date(9999, 12, 31)
"""What ``:start`` and ``:end`` become where no days are asked for."""

_CHANGING = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Drop, exp.Set, exp.Use, exp.Transaction)
_ESCAPES = ("\x1b[4m", "\x1b[0m")

# It logs a warning for each statement that it does not know, which is refused here anyway.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """The models and days, `end` not included, that a query may see; None is all of them."""

    models: tuple[str, ...] | None = None
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT, whatever stands before and around it."""

    parsed: exp.Query

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of the archive that it reads, sorted; what has a database before its name is none of them."""
        return tuple(sorted({table.name.lower() for table in self._tables() if not table.db}))

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """What it reads beside the archive: tables of other databases, and functions that give tables."""
        named = {table.sql("athena") for table in self._tables() if table.db}
        return tuple(sorted(named | {each.sql("athena") for each in self.parsed.find_all(exp.Table) if not each.name}))

    @property
    def columns(self) -> frozenset[str] | None:
        """The names of all columns that it speaks of, in lower case; None where it asks for all in some way."""
        if any(not isinstance(star.parent, exp.Count) for star in self.parsed.find_all(exp.Star)):
            return None
        if self.parsed.find(exp.Columns) or any(join.method == "NATURAL" for join in self.parsed.find_all(exp.Join)):
            return None
        if any(table.alias_column_names for table in self._tables()):  # they name columns by their places
            return None
        # What a join is made by stands there as a bare name.
        names = (*self.parsed.find_all(exp.Column), *self._joined_by())
        return frozenset(each.name.lower() for each in names)

    def known(self, tables: Collection[str]) -> "Statement":
        """Return itself; raises `TableUnknown` for a table that is not one of these."""
        for table in self.tables:
            if table not in tables:
                raise TableUnknown(table, known=tables)
        return self

    def at_most(self, rows: int | None) -> "Statement":
        """Return it with a limit, unless it has one of its own."""
        if rows is None or self.parsed.args.get("limit") or self.parsed.args.get("fetch"):
            return self
        return Statement(self.parsed.limit(rows))

    def between(self, start: date | None, end: date | None) -> "Statement":
        """Return it with dates in place of ``:start`` and ``:end``."""
        days = {"start": start or FIRST_DAY, "end": end or LAST_DAY}
        parsed = self.parsed.copy()
        for found in list(parsed.find_all(exp.Placeholder)):
            day = days.get(str(found.name).lower())
            if day is not None:
                found.replace(_date(day))
        return Statement(parsed)

    def narrowings(self, to: Narrowing, *, undated: Collection[str] = ()) -> dict[str, Narrowing]:
        """Return what each table of the archive is narrowed to; those that are `undated`, to no days."""
        return {name: Narrowing(models=to.models) if name in undated else to for name in self.tables}

    def narrowed(self, to: Mapping[str, Narrowing]) -> "Statement":
        """Return it with every table of the archive narrowed."""
        found = Statement(self.parsed.copy())
        for table in list(found._tables()):
            conditions = [] if table.db else _conditions(to[table.name.lower()])
            if conditions:
                _narrow(table, conditions)
        return found

    def sql(self, engine: Engine) -> str:
        """Return it as an engine takes it."""
        return self.parsed.sql(dialect=engine)

    def _tables(self) -> Iterator[exp.Table]:
        """Yield the tables, but not the names that a WITH gives to its parts."""
        seen: set[int] = set()
        for scope in traverse_scope(self.parsed):
            for source in scope.sources.values():
                if isinstance(source, exp.Table) and source.name and id(source) not in seen:
                    seen.add(id(source))
                    yield source

    def _joined_by(self) -> Iterator[exp.Expr]:
        for join in self.parsed.find_all(exp.Join):
            yield from join.args.get("using") or ()


def read_statement(sql: str) -> Statement:
    """Read one statement that changes nothing.

    Raises `SqlUnreadable`, `SeveralStatements` and `NotASelect`.
    """
    try:
        found = [each for each in sqlglot.parse(sql, read="athena") if each is not None]
        found = [each for each in found if not isinstance(each, exp.Semicolon)]
        parsed = _only(found, sql)
        # Finds names that stand for two things, which no engine would take.
        traverse_scope(parsed)
    except (SqlglotError, RecursionError) as error:
        raise SqlUnreadable(sql, _detail(error)) from error
    return Statement(parsed)


def _only(found: list[exp.Expr], sql: str) -> exp.Query:
    if not found:
        raise SqlUnreadable(sql, "it is empty")
    if len(found) > 1:
        raise SeveralStatements(len(found))
    (statement,) = found
    within = next((each for each in statement.walk() if isinstance(each, _CHANGING)), None)
    if within is not None and within is not statement:
        raise NotASelect(within.key.upper())
    if within is statement or not isinstance(statement, exp.Query):
        raise NotASelect(sqlglot.tokenize(sql)[0].text.upper())
    return statement


def _narrow(table: exp.Table, conditions: list[exp.Expr]) -> None:
    name = table.alias_or_name
    alias = table.args.get("alias")
    inner = table.copy()
    inner.set("alias", None)
    inner.set("joins", None)
    narrowed = exp.select("*").from_(inner).where(*conditions)
    given = alias.copy() if alias else exp.TableAlias(this=exp.to_identifier(name))
    outer = exp.Subquery(this=narrowed, alias=given, joins=table.args.get("joins"))
    table.replace(outer)


def _conditions(to: Narrowing) -> list[exp.Expr]:
    found: list[exp.Expr] = []
    if to.models is not None:
        found.append(exp.column("model").isin(*(exp.Literal.string(model) for model in to.models)))
    # Both sides are text, so that Athena finds the folders by the condition alone; dates in this form sort as text.
    if to.start is not None:
        found.append(exp.GTE(this=exp.column("dt"), expression=exp.Literal.string(to.start.isoformat())))
    if to.end is not None:
        found.append(exp.LT(this=exp.column("dt"), expression=exp.Literal.string(to.end.isoformat())))
    return found


def _date(day: date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), "date")


def _detail(error: Exception) -> str:
    """Return the first line of what the parser says, without the underlining that is meant for a terminal."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    words = next(iter(str(error).splitlines()), "").rstrip(".")
    for escape in _ESCAPES:
        words = words.replace(escape, "")
    return words[:1].lower() + words[1:200]
