"""The types of a table's columns are checked in its schema before any row is read."""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import quoted
from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift.columns import arrow
from courtside.core.drift.errors import MissingColumns, NotATimeColumn, WrongType
from courtside.core.drift.reading.formats.times import is_readable


class ColumnsUnfit(BadInput):
    """Several columns have types that cannot be compared; `problems` has an error for each."""

    def __init__(self, problems: Sequence[BadInput]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, problems)))


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
