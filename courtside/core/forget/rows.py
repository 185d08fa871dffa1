"""Which rows of a table are about an id, and the table without them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.drift.columns.arrow import is_text
from courtside.core.forget.wanted import ROW_ID, RowIds, Wanted
from courtside.core.rows.ids import BETWEEN, canonical_text

_NOTHING = "\N{NULL}"


def columns_looked_at(names: Sequence[str], wanted: Wanted) -> list[str]:
    """Return those of a table's columns that may say whom a row is about."""
    return [name for name in names if name == ROW_ID or name in wanted.columns]


def rows_about(table: pa.Table, wanted: Wanted, *, folders: Mapping[str, str | None] | None = None) -> Any:
    """Return for each row whether it is about a wanted id: by the id columns, or by the column of rows' ids.

    `folders` are values of columns that a file has by its path. Raises arrow's errors for columns without a text form.
    """
    found: Any = pa.repeat(pa.scalar(False), table.num_rows)
    texts = [_texts(table, name, folders or {}) for name in wanted.columns]
    if all(each is not None for each in texts):
        found = pc.or_(found, _is_in(_joined([_escaped(each) for each in texts]), wanted.joined))
    if ROW_ID in table.column_names and is_text(table.schema.field(ROW_ID).type):
        ids = canonical_text(table.column(ROW_ID))
        for each in wanted.row_ids:
            found = pc.or_(found, _fitting(ids, each))
    return found


def text_columns(schema: pa.Schema) -> list[str]:
    """Return the columns of text, in which a person may have been named."""
    return [each.name for each in schema if is_text(each.type)]


def mentions(table: pa.Table, wanted: Wanted) -> int:
    """Return in how many cells of text a telling id is named."""
    return sum(len(_distinct(table, name, wanted)) for name in text_columns(table.schema))


def masked(table: pa.Table, wanted: Wanted) -> pa.Table:
    """Return a table whose texts name no telling id."""
    for name in text_columns(table.schema):
        if _distinct(table, name, wanted):
            column: Any = table.column(name)
            texts = [None if each is None else wanted.masked(each, column=name) for each in column.to_pylist()]
            place = table.schema.get_field_index(name)
            table = table.set_column(place, table.schema.field(place), pa.array(texts, column.type))
    return table


def _distinct(table: pa.Table, name: str, wanted: Wanted) -> list[str]:
    """Return the different texts of a column that name a telling id."""
    column: Any = table.column(name)
    found = []
    for each in wanted.texts:
        plain = _known(pc.match_substring(column.cast(pa.large_string()), each))
        found += pc.unique(column.filter(plain)).to_pylist()
    return [text for text in dict.fromkeys(found) if wanted.mentioned(text, column=name)]


def _texts(table: pa.Table, name: str, folders: Mapping[str, str | None]) -> Any:
    if name in table.column_names:
        return canonical_text(table.column(name))
    if name in folders:
        return pa.repeat(pa.scalar(folders[name], pa.string()), table.num_rows)
    return None


def _fitting(ids: Any, row_ids: RowIds) -> Any:
    groups: Any = pc.extract_regex(ids, row_ids.pattern)
    parts = [groups.field(f"p{place}") for place in range(row_ids.groups)]
    return _is_in(_joined(parts), sorted(row_ids.texts))


def _is_in(texts: Any, values: Sequence[str]) -> Any:
    return _known(pc.is_in(texts, value_set=pa.array(values, pa.string())))


def _known(truth: Any) -> Any:
    return pc.fill_null(truth, pa.scalar(False))


def _joined(parts: Sequence[Any]) -> Any:
    parts = [each.cast(pa.string()) for each in parts]
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, BETWEEN)


def _escaped(texts: Any) -> Any:
    return pc.replace_substring(pc.replace_substring(texts.cast(pa.string()), "\\", "\\\\"), BETWEEN, f"\\{BETWEEN}")


@dataclass(frozen=True, slots=True)
class KnownRows:
    """Rows about the wanted ids, by which copies are found that hold features and no id."""

    tables: list[pa.Table] = field(default_factory=list)

    def add(self, table: pa.Table) -> None:
        """Take in rows that were found by their ids."""
        if table.num_rows:
            self.tables.append(table)

    def copies(self, table: pa.Table) -> Any:
        """Return for each row of a table of features whether it is the same as a known one in all of its columns."""
        names = table.column_names
        known = [_fingerprints(each, names) for each in self.tables if set(names) <= set(each.column_names)]
        if not known:
            return pa.repeat(pa.scalar(False), table.num_rows)
        return pc.is_in(_fingerprints(table, names), value_set=pa.concat_arrays(known))


def _fingerprints(table: pa.Table, names: Sequence[str]) -> Any:
    texts = [pc.fill_null(canonical_text(table.column(name)).cast(pa.string()), _NOTHING) for name in names]
    return texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, _NOTHING * 2)
