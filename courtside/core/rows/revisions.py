"""Rows that came more than once: which of them are new, which changed, and which of two counts.

Tables are given in the order in which they came. Rows are the same row of the world if they agree in the columns of
`identity`, and of these the one that came last counts.
"""

import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.drift.columns.arrow import is_text
from courtside.core.drift.reading.formats.cells import text_as
from courtside.core.rows.exact_ids import comparable

_AT = "__at"

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class News:
    """What a table brings beyond what is known: `rows` are those that are new or changed, in their order.

    Rows of which something newer is known are among the `same`.
    """

    rows: pa.Table
    new: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class Came:
    """One table that came, and whether its rows replace earlier ones with their identity.

    One that is `ahead` came after the table that is compared with it, so its rows count and not those.
    """

    table: pa.Table
    revises: bool = False
    ahead: bool = False


def fitted(table: pa.Table, schema: pa.Schema, *, labels: Collection[str] = ()) -> pa.Table:
    """Return a table with the types of `schema` where these can hold all values of a column.

    A CSV file cannot say whether it means 0 or false, whether 101 is a number or a name, or of which type a column
    without a value is, and truth values and whole numbers with gaps are floats in pandas. The text of `labels` is read
    as what is there if all of it can be. Columns that hold anything else stay as they are.
    """
    for place, field in enumerate(table.schema):
        there = schema.field(field.name).type if field.name in schema.names else field.type
        column: Any = table.column(place)
        if there == field.type:
            continue
        if pa.types.is_boolean(field.type) and _may_be_truth(there):
            table = table.set_column(place, field.name, column.cast(pa.uint8()).cast(there))
        elif pa.types.is_null(field.type) and not pa.types.is_dictionary(there):
            table = table.set_column(place, field.name, column.cast(there))
        elif is_text(there) and pa.types.is_integer(field.type):
            table = table.set_column(place, field.name, column.cast(pa.string()))
        elif pa.types.is_boolean(there) and _may_be_truth(field.type):
            column = _without_nan(column) if pa.types.is_floating(field.type) else column
            known = column.drop_null()
            if not pc.any(pc.invert(pc.is_in(known, pa.array([0, 1], field.type)))).as_py():
                table = table.set_column(place, field.name, column.cast(there))
        elif field.name in labels and is_text(field.type):
            table = table.set_column(place, field.name, text_as(column, there))
        elif _may_hold(field.type, there):
            column = _without_nan(column) if pa.types.is_floating(field.type) else column
            with contextlib.suppress(pa.ArrowInvalid):  # fractions, or whole numbers that no float can hold
                table = table.set_column(place, field.name, column.cast(there))
    return table


def _may_hold(kind: pa.DataType, there: pa.DataType) -> bool:
    """Say whether a type holds all values of another one, as a wider integer does, or may hold those of a column."""
    if pa.types.is_integer(there) and pa.types.is_floating(kind):
        return True
    try:
        both = pa.unify_schemas([pa.schema([("", there)]), pa.schema([("", kind)])], promote_options="permissive")
    except pa.ArrowException:
        return False
    return bool(both.field(0).type == there)


def _may_be_truth(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def news(arriving: pa.Table, known: Sequence[Came], *, identity: Sequence[str]) -> News:
    """Compare a table, which holds no row twice, with what counts of the tables before it.

    Without an identity every row is new. Raises `IdsRounded`, and arrow's errors for columns whose types cannot be read
    together.
    """
    if not identity or not known:
        return News(arriving, arriving.num_rows, 0, 0)
    came = counting(known, identity=identity)
    counted = [each.table for each in came]
    *counted, compared = comparable([*counted, arriving], identity)
    there = pa.concat_tables(counted, promote_options="permissive")
    missing = [name for name in arriving.column_names if name not in there.column_names]
    for name in missing:  # a column that came later than the rows
        there = there.append_column(name, pa.nulls(there.num_rows, arriving.schema.field(name).type))
    both = pa.concat_tables([there.select(arriving.column_names), compared], promote_options="permissive")
    group, first = group_numbers(both, identity), there.num_rows
    latest = np.full(both.num_rows, -1, np.int64)
    latest[group[:first]] = np.arange(first)
    ahead = np.zeros(both.num_rows, bool)
    ahead[group[:first][np.repeat([each.ahead for each in came], [each.table.num_rows for each in came])]] = True
    before = latest[group[first:]]
    known_before = before >= 0
    same = np.zeros(arriving.num_rows, bool)
    same[known_before] = _equal(both.slice(first).filter(pa.array(known_before)), both.take(before[known_before]))
    same |= ahead[group[first:]]
    return News(
        arriving.filter(pa.array(~same)),
        new=int((~known_before).sum()),
        changed=int((known_before & ~same).sum()),
        same=int(same.sum()),
    )


def counting(tables: Sequence[Came], *, identity: Sequence[str]) -> list[Came]:
    """Return the tables without the rows that a later table revises; others stay, even if they are repeated.

    Raises `IdsRounded`, and arrow's errors for identities whose types cannot be read together.
    """
    if not identity or not any(each.revises for each in tables):
        return list(tables)
    names, lengths = list(identity), [each.table.num_rows for each in tables]
    ids = _together([each.table for each in tables], names)
    group, file = group_numbers(ids, names), np.repeat(np.arange(len(tables)), lengths)
    revising = np.where(np.repeat([each.revises for each in tables], lengths), file, -1)
    last = np.full(len(group), -1, np.int64)
    np.maximum.at(last, group, revising)
    counts = file >= last[group]
    ends = np.cumsum(lengths)
    return [
        replace(each, table=each.table.filter(pa.array(counts[end - length : end])))
        for each, end, length in zip(tables, ends, lengths, strict=True)
    ]


def earlier(table: pa.Table, before: Sequence[pa.Table], *, identity: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Return for each row of a table how many tables before it brought the same row, and which did so first.

    The first is its place in `before`, -1 where none did. Raises `IdsRounded`, and arrow's errors for identities whose
    types cannot be read together.
    """
    if not identity or not before:
        return np.zeros(table.num_rows, np.int64), np.full(table.num_rows, -1, np.int64)
    names = list(identity)
    ids = _together([*before, table], names)
    group = group_numbers(ids, names)
    file = np.repeat(np.arange(len(before)), [each.num_rows for each in before])
    seen, first = np.zeros(len(group), np.int64), np.full(len(group), len(before), np.int64)
    there = group[: len(file)]
    pairs = np.unique(np.stack([there, file]), axis=1)
    np.add.at(seen, pairs[0], 1)
    np.minimum.at(first, there, file)
    own = group[len(file) :]
    return seen[own], np.where(seen[own] > 0, first[own], -1)


def _together(tables: Sequence[pa.Table], identity: Sequence[str]) -> pa.Table:
    ids = comparable([each.select(identity) for each in tables], identity)
    return pa.concat_tables(ids, promote_options="permissive")


def group_numbers(table: pa.Table, columns: Sequence[str]) -> Numbers:
    """Return a number for each row, the same for rows that agree in these columns."""
    numbered = [str(place) for place in range(len(columns))]  # a table's own columns may have any name
    marked = table.select(list(columns)).rename_columns(numbered)
    marked = marked.append_column(_AT, pa.array(np.arange(table.num_rows)))
    groups = marked.group_by(numbered, use_threads=False).aggregate([(_AT, "list")])
    places: Any = groups.column(f"{_AT}_list").combine_chunks()
    numbers = np.empty(table.num_rows, np.int64)
    numbers[np.asarray(pc.list_flatten(places))] = np.asarray(pc.list_parent_indices(places))
    return numbers


def _equal(one: pa.Table, other: pa.Table) -> npt.NDArray[np.bool_]:
    same = np.ones(one.num_rows, bool)
    for name in one.column_names:
        same &= _equal_cells(one.column(name), other.column(name))
    return same


def _equal_cells(one: Any, other: Any) -> npt.NDArray[np.bool_]:
    """Say which cells are equal; two missing ones are, however they are written (null, or not a number)."""
    if pa.types.is_null(one.type):
        return np.ones(len(one), bool)
    if pa.types.is_floating(one.type):
        one, other = (_without_nan(each) for each in (one, other))
    both_missing = pc.and_(one.is_null(), other.is_null())
    return np.asarray(pc.or_(both_missing, pc.equal(one, other).fill_null(False)))


def _without_nan(column: Any) -> Any:
    """Return floats with null in place of what is not a number."""
    return pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
