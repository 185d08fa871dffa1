"""A table of parquet files has the columns and types that the Glue catalog says.

Wrong in 1.5.33: its columns are those of the files. A column that came later than all files is an error instead of
null, moments are in the zone of the machine, and an empty table has lists and maps as text. Here: each column is read
as what the catalog says that it is, with moments in UTC.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from embedded_aws.patches.context import PatchContext

_NESTED = {"array": "{}[]", "map": "MAP({})"}


def patch(_: PatchContext) -> None:
    """Give each table of parquet files its columns by the catalog."""
    from ministack.services import athena

    stock = athena._table_relation  # noqa: SLF001

    def relation(table: Mapping[str, Any], files: Sequence[str]) -> str:
        found = stock(table, files)
        columns = (table.get("StorageDescriptor") or {}).get("Columns") or []
        if athena._data_format(table) != "parquet" or not columns:  # noqa: SLF001
            return str(found)
        partitions = athena._path_partition_keys(table, files)  # noqa: SLF001
        names = [_quoted(each["Name"]) for each in partitions]
        read = [*_read(columns, _types_in(files)), *names]
        return f"(SELECT {', '.join(read)} FROM {found})"  # noqa: S608 — the names are the catalog's, in quotation marks

    def empty(table: Mapping[str, Any]) -> str:
        columns = [*((table.get("StorageDescriptor") or {}).get("Columns") or []), *(table.get("PartitionKeys") or [])]
        return f"(SELECT {', '.join(_read(columns, {})) or '1'} WHERE FALSE)"

    athena._table_relation = relation  # noqa: SLF001
    athena._empty_relation = empty  # noqa: SLF001


def _read(columns: Iterable[Mapping[str, str]], there: Mapping[str, Any]) -> Iterable[str]:
    """Yield each column as the catalog types it; `there` are the types of those that files have."""
    import pyarrow as pa

    for column in columns:
        name, kind = _quoted(column["Name"]), _duckdb_type(column.get("Type", "string"))
        found = there.get(column["Name"])
        value = "NULL" if found is None else name
        if found is not None and pa.types.is_timestamp(found) and found.tz:
            value = f"timezone('UTC', {name})"
        yield f"CAST({value} AS {kind}) AS {name}"


def _types_in(files: Sequence[str]) -> dict[str, Any]:
    import pyarrow.parquet as pq

    return {field.name: field.type for file in files for field in pq.read_schema(file)}


def _duckdb_type(kind: str) -> str:
    """Return DuckDB's type for one of Glue's, such as ``map<string,double>``."""
    from ministack.services import athena

    outer, _, inner = kind.strip().lower().removesuffix(">").partition("<")
    if inner and outer in _NESTED:
        return _NESTED[outer].format(", ".join(_duckdb_type(each) for each in _parts(inner)))
    return str(athena._duckdb_type({"Type": kind}))  # noqa: SLF001


def _parts(inner: str) -> list[str]:
    """Return what stands between the commas that are in no brackets."""
    parts, depth = [""], 0
    for sign in inner:
        depth += (sign == "<") - (sign == ">")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))
