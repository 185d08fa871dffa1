"""Whether a table that already holds features is what its dataset's contract says."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.shortening import quoted
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.drift.columns import arrow, moments
from courtside.core.drift.errors import MissingColumns, NotATimeColumn, WrongType
from courtside.core.drift.reading.formats.cells import first_no_number, present_cells
from courtside.core.rows.errors import RowsRepeated, TimeColumnNeeded, TimesMissing
from courtside.core.rows.overlap import identity
from courtside.core.tasks import task_of


def require_contract(table: pa.Table, dataset: Dataset) -> None:
    """Check columns, types, times and target of one table; labels may be missing, because they can come later.

    Raises `MissingColumns`, `WrongType`, `TimesMissing`, `TimeOutOfRange`, and what the task's `require` raises.
    """
    missing = [name for name in dataset.columns if name not in table.column_names]
    if missing:
        raise MissingColumns(missing, table.column_names, part=dataset.parts_naming(missing))
    if dataset.time_column is not None:
        require_times(table, dataset.time_column)
    for feature in dataset.features:
        _require_type(table, feature)
    parts = (dataset.segment, *dataset.segments, *dataset.entity_columns, dataset.block_column)
    for name in (*dataset.id_columns, dataset.season_column, *parts):
        if name is not None:
            _require_plain(table, name)
    task_of(dataset.task).require(table, dataset.target, dataset.positive)


def _require_type(table: pa.Table, feature: Feature) -> None:
    kind = table.schema.field(feature.name).type
    if pa.types.is_null(kind) or arrow.is_numeric(kind):
        return
    if feature.kind is FeatureKind.NUMERIC:
        found = _told(table.column(feature.name)) if arrow.is_text(kind) else arrow.type_name(kind)
        raise WrongType(feature.name, found=found, expected="numbers")
    if not arrow.is_text(kind):
        raise WrongType(
            feature.name,
            found=arrow.type_name(kind),
            expected="text, a number or a boolean",
            advice="take the feature out of the dataset",
        )


def _told(column: Any) -> str:
    """Return a text column's type and the first of its cells that is no number."""
    odd = first_no_number(column)
    if odd is not None:
        why = f"row {odd[0] + 1:,} holds {quoted(odd[1], 20)}"
    elif len(present_cells(column.cast(pa.string()))):
        why = "every value is a number, but written as text"
    else:
        why = "no row holds a value"
    return f"{arrow.type_name(column.type)} ({why})"


def _require_plain(table: pa.Table, name: str) -> None:
    """Refuse what cannot be ordered and counted: a row's id, season, segment and entity are single values."""
    kind = table.schema.field(name).type
    plain = arrow.is_text(kind) or arrow.is_numeric(kind) or pa.types.is_null(kind) or moments.is_time(kind)
    if not (plain or pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind)):
        raise WrongType(
            name,
            found=arrow.type_name(kind),
            expected="text, a number, a boolean or a date",
            advice="name another column in the dataset",
        )


def time_column_of(dataset: Dataset, *, asked: str) -> str:
    """Return the column of a dataset's times; raises `TimeColumnNeeded`, which says that `asked` needs it."""
    if dataset.time_column is None:
        raise TimeColumnNeeded(dataset.name, asked)
    return dataset.time_column


def require_time_column(table: pa.Table, time_column: str) -> None:
    """Raise `MissingColumns` or `WrongType` unless the table has a column of times."""
    if time_column not in table.column_names:
        raise MissingColumns([time_column], table.column_names, part="time_column")
    kind = table.schema.field(time_column).type
    if not moments.is_time(kind):
        raise NotATimeColumn(time_column, found=arrow.type_name(kind))


def require_times(table: pa.Table, time_column: str) -> None:
    """Raise `MissingColumns`, `WrongType`, `TimesMissing` or `TimeOutOfRange` unless every row has a usable time."""
    require_time_column(table, time_column)
    missing = table.column(time_column).null_count
    if missing:
        raise TimesMissing(time_column, rows=missing)
    moments.period(table.column(time_column), time_column)  # refuses times for which no day can be computed


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
