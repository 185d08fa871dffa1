"""The types of a table's columns are checked in its schema before any row is read."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import quoted
from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift.columns import arrow
from courtside.core.drift.errors import MissingColumns, NotATimeColumn, WrongType
from courtside.core.drift.reading.formats.times import is_readable
from courtside.core.sentences import in_a_row

WHOLE_IN_A_FLOAT: Final = 2**53


class ColumnsUnfit(BadInput):
    """Several columns have types that cannot be compared; `problems` has an error for each."""

    def __init__(self, problems: Sequence[BadInput]) -> None:
        self.problems = tuple(problems)
        super().__init__(in_a_row(map(str, problems)))


def require_types(schema: pa.Schema, features: Sequence[Feature], *, time_column: str | None) -> None:
    """Raise `MissingColumns`, `WrongType` or, for several columns of wrong types, `ColumnsUnfit`."""
    missing = [feature.name for feature in features if feature.name not in schema.names]
    if missing:
        raise MissingColumns(missing, schema.names)
    problems = list(_problems(schema, features, time_column))
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ColumnsUnfit(problems)


def misfit(before: pa.Schema, later: pa.Schema) -> str | None:
    """Say which column of `later` cannot be read together with that of `before`, None where all can."""
    for field in later:
        place = before.get_field_index(field.name)
        if place < 0:
            continue
        there = before.field(place)
        try:
            pa.unify_schemas([pa.schema([there]), pa.schema([field])], promote_options="permissive")
        except pa.ArrowException:
            kinds = f"{arrow.type_name(there.type)} vs {arrow.type_name(field.type)}"
            both = pa.types.is_timestamp(there.type) and pa.types.is_timestamp(field.type)
            zones = " (times with a zone and times without one: give both their zone, such as UTC)" if both else ""
            return f"its column {quoted(field.name)} is of another type, {kinds}{zones}"
    return None


def joined(files: Sequence[tuple[str, pa.Table]], *, refused: Callable[[str, str], BadInput]) -> pa.Table:
    """Return the rows of files, each with its name, one after the other.

    Raises what `refused` makes of the name of a file that cannot be read together with the others, and the reason.
    """
    schema = files[0][1].schema
    for name, table in files[1:]:
        if said := misfit(schema, table.schema):
            raise refused(name, said)
        schema = pa.unify_schemas([schema, table.schema], promote_options="permissive")
    for name, table in files:
        if said := _rounded(table, schema):
            raise refused(name, said)
    return pa.concat_tables([table for _, table in files], promote_options="permissive")


def _rounded(table: pa.Table, schema: pa.Schema) -> str | None:
    """Say which column holds whole numbers that would become others in this schema, None where none does."""
    for field in table.schema:
        kind = schema.field(field.name).type
        if kind != field.type and _rounds(table.column(field.name), kind):
            return (
                f"its column {quoted(field.name)} holds whole numbers that are too large to be read together with "
                f"the {arrow.type_name(kind)} of another file, which would round them"
            )
    return None


def _rounds(column: Any, kind: pa.DataType) -> bool:
    if pa.types.is_integer(column.type):
        try:
            column.cast(kind)
        except pa.ArrowInvalid:
            return True
    elif pa.types.is_decimal(column.type) and pa.types.is_floating(kind):  # Arrow would round these without a word
        ends: Any = pc.min_max(column).as_py()
        return any(each is not None and abs(each) > WHOLE_IN_A_FLOAT for each in ends.values())
    return False


def together(tables: Sequence[pa.Table], *, labels: Collection[str]) -> list[pa.Table]:
    """Return tables whose columns hold the same values in types that can be read together, as far as there are any.

    Truth values become 0 and 1 where another table holds numbers. Whole numbers become text where another table holds
    text, if the column is one of these `labels`. Other columns stay as they are.
    """
    types: dict[str, pa.DataType] = {}
    for name in dict.fromkeys(name for table in tables for name in table.column_names):
        found = [table.schema.field(name).type for table in tables if name in table.column_names]
        if (kind := _common(found, label=name in labels)) is not None:
            types[name] = kind
    return [_cast(table, types) for table in tables] if types else list(tables)


def _common(kinds: Sequence[pa.DataType], *, label: bool) -> pa.DataType | None:
    """Return the type that truth values or whole numbers must be cast to for a column to be read together, or None."""
    known = {kind for kind in kinds if not pa.types.is_null(kind)}
    truths = {kind for kind in known if pa.types.is_boolean(kind)}
    texts = {kind for kind in known if arrow.is_text(kind)}
    rest = known - truths - texts
    if truths and rest and not texts and all(map(arrow.is_numeric, rest)):
        return pa.int64() if all(map(pa.types.is_integer, rest)) else pa.float64()
    if label and texts and rest and not truths and all(map(pa.types.is_integer, rest)):
        return pa.large_string() if any(map(pa.types.is_large_string, texts)) else pa.string()
    return None


def _cast(table: pa.Table, types: Mapping[str, pa.DataType]) -> pa.Table:
    for place, field in enumerate(table.schema):
        kind = types.get(field.name)
        column: Any = table.column(place)
        if kind is not None and pa.types.is_boolean(field.type):
            table = table.set_column(place, field.name, column.cast(pa.int8()).cast(kind))
        elif kind is not None and pa.types.is_integer(field.type):
            table = table.set_column(place, field.name, column.cast(kind))
    return table


def _problems(schema: pa.Schema, features: Sequence[Feature], time_column: str | None) -> Iterator[BadInput]:
    kinds = dict(zip(schema.names, schema.types, strict=True))
    for feature in features:
        kind = kinds[feature.name]
        number = pa.types.is_null(kind) or arrow.is_numeric(kind)
        if feature.kind is FeatureKind.NUMERIC and not number:
            yield WrongType(feature.name, found=str(kind), expected="a number")
        elif not (number or arrow.is_text(kind)):
            yield WrongType(feature.name, found=str(kind), expected="text, a number or a boolean")
    if time_column in kinds and not is_readable(kinds[time_column]):
        yield NotATimeColumn(time_column, found=arrow.type_name(kinds[time_column]))
