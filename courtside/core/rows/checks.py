"""Whether a table that already holds features is what its dataset's contract says."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.dataset import Dataset, FeatureKind
from courtside.core.drift.columns import arrow
from courtside.core.drift.errors import MissingColumns, WrongType
from courtside.core.rows.errors import RowsRepeated, TimesMissing
from courtside.core.rows.overlap import identity
from courtside.core.rows.target import require_binary


def require_contract(table: pa.Table, dataset: Dataset) -> None:
    """Check columns, types, times and target of one table; labels may be missing, as they can come later.

    Raises `MissingColumns`, `WrongType`, `TimesMissing` and `TargetNotBinary`.
    """
    missing = [name for name in dataset.columns if name not in table.column_names]
    if missing:
        raise MissingColumns(missing, table.column_names)
    require_times(table, dataset.time_column)
    for feature in dataset.features:
        kind = table.schema.field(feature.name).type
        if feature.kind is FeatureKind.NUMERIC and not (arrow.is_numeric(kind) or pa.types.is_null(kind)):
            raise WrongType(feature.name, found=arrow.type_name(kind), expected="numbers")
    require_binary(table, dataset.target)


def require_time_column(table: pa.Table, time_column: str) -> None:
    """Raise `MissingColumns` or `WrongType` unless the table has a column of times."""
    if time_column not in table.column_names:
        raise MissingColumns([time_column], table.column_names)
    kind = table.schema.field(time_column).type
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        raise WrongType(time_column, found=arrow.type_name(kind), expected="a timestamp or date")


def require_times(table: pa.Table, time_column: str) -> None:
    """Raise `MissingColumns`, `WrongType` or `TimesMissing` unless every row has a time."""
    require_time_column(table, time_column)
    missing = table.column(time_column).null_count
    if missing:
        raise TimesMissing(time_column, rows=missing)


def require_once(table: pa.Table, dataset: Dataset) -> None:
    """Raise `RowsRepeated` if two rows share their ids and time; a dataset without ids is not checked."""
    columns = identity(dataset)
    if not columns:
        return
    groups = table.group_by(columns, use_threads=False).aggregate([([], "count_all")])
    if groups.num_rows == table.num_rows:
        return
    counts: Any = groups.column("count_all")
    first = groups.filter(pc.not_equal(counts, pa.scalar(1))).select(columns).slice(0, 1).to_pylist()[0]
    raise RowsRepeated(columns, ", ".join(map(str, first.values())), repeated=table.num_rows - groups.num_rows)
