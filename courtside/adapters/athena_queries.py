"""Queries answered by a stage's Athena, whose results awswrangler reads with their types."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date

import awswrangler as wr
import boto3
import pyarrow as pa

from courtside.adapters.s3_lake import PARALLEL, S3Lake
from courtside.contracts.archive import FIRST_DAY, TABLES, ArchiveTable, may_have_rows
from courtside.contracts.errors import BadInput
from courtside.core.queries.answer import Answer
from courtside.core.queries.errors import QueryRefused
from courtside.core.queries.statement import LAST_DAY, Narrowing, Statement

_POLL_SECONDS = 0.25


class QueryOverLimit(BadInput):
    """A query would have read more bytes than the stage allows, so Athena stopped it."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(
            f"Athena stopped this query ({detail.rstrip('.')}), because it reads more than query_scan_limit_gb of the "
            "stage's settings allows. Ask for fewer days (--from, --to), for one model (--model), or for fewer columns"
        )


@dataclass(frozen=True, slots=True)
class Athena:
    """A stage's database and workgroup, and the lake whose files its tables are."""

    database: str
    workgroup: str
    lake: S3Lake

    def answered(self, statement: Statement, to: Mapping[str, Narrowing]) -> Answer:
        """Run a statement and return its rows; raises `QueryRefused` and `QueryOverLimit`.

        A query that is interrupted is stopped, because Athena would go on reading, which costs.
        """
        bounded = {name: self._bounded(TABLES[name], narrowing) for name, narrowing in to.items()}
        query = wr.athena.start_query_execution(
            sql=statement.narrowed(bounded).sql("athena"), database=self.database, workgroup=self.workgroup
        )
        try:
            execution = wr.athena.wait_query(query, athena_query_wait_polling_delay=_POLL_SECONDS)
        except wr.exceptions.QueryFailed as error:
            raise QueryRefused("Athena", _one_line(error)) from error
        except wr.exceptions.QueryCancelled as error:
            raise QueryOverLimit(_one_line(error)) from error
        except BaseException:
            boto3.client("athena").stop_query_execution(QueryExecutionId=query)
            raise
        frame = wr.athena.get_query_results(query, dtype_backend="pyarrow")
        rows = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
        return Answer(rows=_in_microseconds(rows), scanned_bytes=execution["Statistics"]["DataScannedInBytes"])

    def _bounded(self, table: ArchiveTable, to: Narrowing) -> Narrowing:
        """Return a narrowing to the models that have rows in a table, and to no day before their first.

        Athena has to be told the models, and it asks S3 for every day since the first that its catalog knows.
        """
        found = (self._model(table, folder) for folder in self.lake.folders(table.prefix))
        models = to.models or list(filter(may_have_rows, found))
        with ThreadPoolExecutor(PARALLEL) as pool:
            days = dict(zip(models, pool.map(lambda model: self._first_day(table, model), models), strict=True))
        first = {model: day for model, day in days.items() if day is not None}
        if not first:  # a day on which nothing lies, so that Athena looks nowhere and finds no rows
            return Narrowing(models=to.models or ("none",), start=LAST_DAY)
        return replace(to, models=tuple(sorted(first)), start=max(to.start or FIRST_DAY, min(first.values())))

    @staticmethod
    def _model(table: ArchiveTable, folder: str) -> str:
        return folder.removeprefix(f"{table.prefix}model=").rstrip("/")

    def _first_day(self, table: ArchiveTable, model: str) -> date | None:
        """Return a model's first day in a table, None if it has no rows there."""
        days = f"{table.of(model)}dt="
        key = self.lake.first_key(days)
        try:
            return None if key is None else date.fromisoformat(key.removeprefix(days).partition("/")[0])
        except ValueError:  # a folder that no part of a stage has made
            return FIRST_DAY


def _in_microseconds(rows: pa.Table) -> pa.Table:
    """Return rows with moments as the archive has them; Athena itself gives milliseconds."""
    fields = [
        field.with_type(pa.timestamp("us")) if pa.types.is_timestamp(field.type) else field for field in rows.schema
    ]
    return rows.cast(pa.schema(fields))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
