"""The columns of the archive's tables as Arrow has them."""

from collections.abc import Collection

import pyarrow as pa

from courtside.contracts.archive import ArchiveTable, NoSuchColumn, Type

MODEL, DAY = "model", "dt"
"""The columns that every table has besides its own: they are spelled in the keys of its files."""

_TYPES: dict[Type, pa.DataType] = {
    Type.TEXT: pa.string(),
    Type.NUMBER: pa.float64(),
    Type.COUNT: pa.int64(),
    Type.SMALL: pa.int32(),
    Type.YES_NO: pa.bool_(),
    Type.DAY: pa.date32(),
    Type.MOMENT: pa.timestamp("us", tz="UTC"),
    Type.TEXTS: pa.list_(pa.string()),
    Type.NUMBERS: pa.list_(pa.float64()),
    Type.TEXT_OF: pa.map_(pa.string(), pa.string()),
    Type.NUMBER_OF: pa.map_(pa.string(), pa.float64()),
}
_OF_KEYS = {MODEL: pa.string(), DAY: pa.string()}


def schema_of(table: ArchiveTable) -> pa.Schema:
    """Return the columns of a table's files."""
    return pa.schema([pa.field(each.name, _TYPES[each.type], nullable=not each.required) for each in table.columns])


def schema_read(table: ArchiveTable, columns: Collection[str] | None = None) -> pa.Schema:
    """Return the columns that are read of a table, in its order, `model` and `dt` last (None: all of them).

    Any column may be null, because old files lack what came later. Raises `NoSuchColumn`; a table that is
    `open_ended` may have columns of any name, about which nothing is known here.
    """
    known = {field.name: field.type for field in schema_of(table)} | _OF_KEYS
    unknown = [] if table.open_ended else [name for name in columns or () if name not in known]
    if unknown:
        raise NoSuchColumn(table.name, unknown, tuple(known))
    return pa.schema([pa.field(name, kind) for name, kind in known.items() if columns is None or name in columns])


def fitted(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return rows with these columns, null where they have none; raises pyarrow's errors where a type does not fit."""
    found = [
        rows.column(field.name) if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.table(found, names=schema.names).cast(schema)
