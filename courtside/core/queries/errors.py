"""Why a query is refused before any engine sees it."""

from collections.abc import Iterable

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import shortened


class SqlUnreadable(BadInput):
    """A text is neither the name of a query nor SQL."""

    def __init__(self, sql: str, detail: str) -> None:
        self.sql = sql
        self.detail = detail
        super().__init__(
            f"this is not SQL that Athena would take: {detail}. Write one SELECT statement in quotation marks, or the "
            "name of a query that `courtside query` lists"
        )


class QueryUnknown(BadInput):
    """No query that ships has this name."""

    def __init__(self, name: str, *, known: Iterable[str]) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(
            f"no query is called {shortened(name, 60)!r}; choose one of {', '.join(self.known)}, or write a SELECT "
            "statement in quotation marks"
        )


class NotASelect(BadInput):
    """A statement is of another kind than SELECT, and might change something."""

    def __init__(self, statement: str) -> None:
        self.statement = statement
        super().__init__(
            f"{statement} is not run, because a query can only read: write one SELECT statement. "
            "`courtside query --tables` shows what there is to read"
        )


class SeveralStatements(BadInput):
    """More than one statement was given."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"{count} statements were given; give one at a time, without a semicolon between them")


class TableUnknown(BadInput):
    """A query reads a table that the archive does not have."""

    def __init__(self, table: str, *, known: Iterable[str]) -> None:
        self.table = table
        self.known = tuple(known)
        super().__init__(
            f"the archive has no table {shortened(table, 60)!r}; it has {', '.join(self.known)} "
            "(`courtside query --tables` shows their columns)"
        )


class TableOutside(BadInput):
    """A query reads something beside the archive where only the archive can be read."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(
            f"{shortened(table, 60)!r} is outside the archive, which is all that DuckDB is given to read; leave it "
            "out, or ask Athena on a stage, which can join the archive with other databases"
        )


class AnswerUnwritable(BadInput):
    """A query found a value that the form in which its answer is wanted does not have."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(
            f"the answer has a value that cannot be written in this form ({detail.rstrip('.')}); make a text of it "
            "with CAST(… AS varchar)"
        )


class QueryRefused(BadInput):
    """An engine does not take a query; `detail` is what it says."""

    def __init__(self, engine: str, detail: str) -> None:
        self.engine = engine
        self.detail = detail
        super().__init__(
            f"{engine} does not take this query: {detail.rstrip('.')}. `courtside query --tables` shows the tables and "
            "their columns"
        )
