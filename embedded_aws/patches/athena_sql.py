"""Athena takes its own SQL, and refuses what is none.

Wrong in 1.5.33: DuckDB is given a query as it was written, so functions that only Athena has fail, such as
``approx_percentile`` and ``element_at`` of a map, and DuckDB's own syntax passes; and whole
numbers divide to a fraction. Here: a query is read as Athena's SQL and translated by sqlglot, and whole numbers divide
to whole ones. A function that sqlglot leaves as it is must be known to DuckDB.
"""

from functools import partial
from typing import Any

from embedded_aws.patches.context import PatchContext


def patch(_: PatchContext) -> None:
    """Translate each query before its tables are looked up."""
    import duckdb
    import sqlglot
    from ministack.services import athena
    from sqlglot.errors import SqlglotError

    stock = athena._rewrite_data_paths  # noqa: SLF001

    async def rewrite(query: str, database: str, catalog: str | None = None) -> Any:
        try:
            translated = sqlglot.transpile(query, read="athena", write="duckdb")
        except SqlglotError as error:
            raise ValueError(f"SYNTAX_ERROR: {error}") from error
        return await stock("; ".join(translated), database, catalog)

    duckdb.connect = partial(duckdb.connect, config={"integer_division": True})
    athena._rewrite_data_paths = rewrite  # noqa: SLF001
