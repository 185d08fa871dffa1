"""The features of a contract that leaves them to its rows."""

import pyarrow as pa

from courtside.core.dataset import Dataset
from courtside.core.drift.columns.kinds import why_no_feature
from courtside.core.drift.errors import MissingColumns
from courtside.core.proposal.features import Judge, with_features
from courtside.core.proposal.guess import Guess, Part
from courtside.core.proposal.targets import plain
from courtside.core.rows.order import SortKeys, row_order
from courtside.core.tasks import labelled, task_of


def inferred_features(rows: pa.Table, dataset: Dataset, *, table: str) -> tuple[Guess, ...]:
    """Say of each column of the table called `table` whether it is a feature of this contract, and why.

    What the contract gives another role is no feature, but a segment may be one. The rest is judged by its values, and
    by whether it knows the outcome in rows that have a label. Raises `MissingColumns` for columns to leave out that are
    not there, `NothingToLearnFrom`, `TargetNotBinary` and `PositiveNeverOccurs`.
    """
    assert dataset.inference is not None
    names, rows = rows.column_names, _in_one_order(rows, dataset)
    if absent := [name for name in dataset.inference.leave_out if name not in names]:
        raise MissingColumns(absent, names, part="leave_out")
    told = {name: guess for name, guess in _roles(dataset).items() if name in names}
    for name in names:
        if name not in told and (why := why_no_feature(name, rows.column(name))):
            told[name] = Guess(name, Part.LEFT_OUT, why.reason)
    return with_features(rows, told, _judge(rows, dataset), table=table)


def _in_one_order(rows: pa.Table, dataset: Dataset) -> pa.Table:
    """Return the rows in an order of their own: some guesses look at it, and files hold the same rows in any order."""
    plain = [field.name for field in rows.schema if _is_plain(field.type)]
    first = [name for name, _ in row_order(rows, dataset) if name in plain]
    keys: SortKeys = [(name, "ascending") for name in dict.fromkeys([*first, *plain])]
    return rows.sort_by(keys) if keys else rows


def _is_plain(kind: pa.DataType) -> bool:
    """Tell whether Arrow can sort by values of a type."""
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    number = (
        pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_float32(kind) or pa.types.is_float64(kind)
    )
    return text or number or pa.types.is_temporal(kind)


def _judge(rows: pa.Table, dataset: Dataset) -> Judge | None:
    """Return what finds the features that know the outcome, None where no row has a label."""
    if dataset.target not in rows.column_names or not labelled(rows, dataset.target).num_rows:
        return None
    coded = task_of(dataset.task).read(rows, dataset.target, dataset.positive).coded(rows)
    return Judge(dataset, plain(coded.column(dataset.target)))


def _roles(dataset: Dataset) -> dict[str, Guess]:
    """Return the columns to which the contract gives a role; of several roles the one listed last counts."""
    assert dataset.inference is not None
    parts: list[tuple[tuple[str | None, ...], Part, str]] = [
        (dataset.inference.leave_out, Part.LEFT_OUT, "the contract names it in leave_out"),
        (tuple(dataset.entity_columns), Part.LEFT_OUT, "it says which rows hang together"),
        ((dataset.block_column,), Part.LEFT_OUT, "it says which rows depend on each other"),
        ((dataset.season_column,), Part.LEFT_OUT, "it is the season"),
        (dataset.id_columns, Part.ID, "it is one of the id_columns"),
        ((dataset.prediction,), Part.LEFT_OUT, "it is what a model predicted"),
        ((dataset.time_column,), Part.TIME, "it is the time_column"),
        ((dataset.target,), Part.TARGET, "it is the target"),
    ]
    return {name: Guess(name, part, why) for columns, part, why in parts for name in columns if name is not None}
