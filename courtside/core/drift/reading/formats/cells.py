"""The cells of a text column may be numbers, booleans, dates, moments or real text.

A column is read as the first kind that all its cells fit. Numbers with leading zeros stay text, because they are codes
(zip codes, product ids) whose zeros have a meaning.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

MISSING: Final = frozenset({"", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "None"})
"""What stands for no value in a column of anything but text; in text, only the empty cell does."""

PROBED: Final = 64
"""So many cells are looked at first, which nearly always tells that a kind does not fit."""

_DAY = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?"
_FINE_CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
_ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)"
_WHOLE = r"(0|[1-9]\d*)"
_EXACT = r"(0|[1-9]\d{0,17})"
_FRACTION = rf"({_WHOLE}\.\d*|\.\d+)"
_NUMBER = rf"[+-]?({_EXACT}|{_FRACTION}|({_WHOLE}|{_FRACTION})[eE][+-]?\d+|(?i:inf|infinity))"

Cells = Any
"""A string array; the type stubs know too few of Arrow's functions to say more."""


@dataclass(frozen=True, slots=True)
class CellKind:
    """One way to read text: its pattern and its conversion, where `convert` raises `ArrowInvalid`."""

    name: str
    pattern: str
    convert: Callable[[Cells], Cells]

    def fits(self, cells: Cells) -> bool:
        """Tell whether all these cells, none of which is missing, can be read this way."""
        if not len(cells):
            return True
        if not (self._matches(cells.slice(0, PROBED)) and self._matches(cells.slice(PROBED))):
            return False
        try:
            self.convert(cells)
        except pa.ArrowInvalid:  # such as a 30 February, or a number with too many digits
            return False
        return True

    def _matches(self, cells: Cells) -> bool:
        return not len(cells) or bool(pc.all(pc.match_substring_regex(cells, f"^(?:{self.pattern})$")).as_py())


def _cast(kind: pa.DataType) -> Callable[[Cells], Cells]:
    return lambda cells: pc.cast(cells, kind)


def _number(cells: Cells) -> Cells:
    return pc.cast(_without_plus(cells), pa.float64())


def _whole(kind: pa.DataType) -> Callable[[Cells], Cells]:
    return lambda cells: pc.cast(_without_plus(cells), kind)


def _without_plus(cells: Cells) -> Cells:
    """Return cells without a plus before a number, which is rare and takes long to look for by a pattern."""
    found = pc.any(pc.starts_with(cells, "+")).as_py()
    return pc.replace_substring_regex(cells, r"^\+", "") if found else cells


def _grouped(cells: Cells) -> Cells:
    return _number(pc.replace_substring(cells, ",", ""))


def _comma(cells: Cells) -> Cells:
    return _number(pc.replace_substring(pc.replace_substring(cells, ".", ""), ",", "."))


TIMES: Final = (
    CellKind("date", _DAY, _cast(pa.date32())),
    CellKind("moment", f"{_DAY}({_CLOCK})?", _cast(pa.timestamp("us"))),
    CellKind("moment in nanoseconds", f"{_DAY}({_FINE_CLOCK})?", _cast(pa.timestamp("ns"))),
    CellKind("moment with a zone", f"{_DAY}{_CLOCK}{_ZONE}", _cast(pa.timestamp("us", "UTC"))),
    CellKind("moment with a zone in nanoseconds", f"{_DAY}{_FINE_CLOCK}{_ZONE}", _cast(pa.timestamp("ns", "UTC"))),
)
"""ISO 8601, the one way of writing dates in which every country reads the same day."""

DECIMAL = CellKind("number", _NUMBER, _number)
GROUPED = CellKind("number with grouped thousands", rf"[+-]?([1-9]\d{{0,2}}(,\d{{3}})+|{_EXACT})(\.\d+)?", _grouped)
DECIMAL_COMMA = CellKind("number with a decimal comma", rf"[+-]?([1-9]\d{{0,2}}(\.\d{{3}})+|{_EXACT})(,\d+)?", _comma)
EITHER = CellKind("number of either mark", r"[+-]?(0|[1-9]\d{0,2}(\.\d{3})?)", _number)
"""Whole numbers with a point before each three digits, or numbers with three digits after the decimal point."""
KINDS: Final = (
    CellKind("truth value", "(?i:true|false)", lambda cells: pc.cast(pc.utf8_lower(cells), pa.bool_())),
    CellKind("integer", f"[+-]?{_WHOLE}", _whole(pa.int64())),
    CellKind("unsigned integer", rf"\+?{_WHOLE}", _whole(pa.uint64())),
    DECIMAL,
    GROUPED,
    DECIMAL_COMMA,
    *TIMES,
)

COUNTS: Final = (KINDS[1], KINDS[3])
"""Whole numbers, and numbers with fractions."""
TEXT: Final = CellKind("text", ".*", lambda cells: cells)
EMPTY: Final = CellKind("nothing", "", lambda cells: pa.nulls(len(cells)))
"""A column without any value: it fits columns of every kind, in this file and in others."""
PADDED: Final = CellKind("number with leading zeros", rf"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|{_NUMBER}", _number)
PLAIN_WHOLE: Final = CellKind("whole number in its shortest form", r"0|-?[1-9]\d*", _cast(pa.int64()))


_SHORTEST: Final = CellKind("number without a plus", rf"-?({_EXACT}|{_FRACTION})", _cast(pa.float64()))
_READ_AS: Final = (KINDS[0], PLAIN_WHOLE, _SHORTEST, *TIMES)


def without_either(kinds: Sequence[CellKind]) -> list[CellKind | None]:
    """Return the kinds of a file's columns, with what a point means told by other columns; None where none tells."""
    marks = [mark for mark in (DECIMAL_COMMA, DECIMAL) if mark in kinds]
    mark = marks[0] if len(marks) == 1 else None
    return [mark if kind is EITHER else kind for kind in kinds]


def read_as(kind: CellKind, column: Cells, *, spaced: bool = True) -> Cells:
    """Return a text column converted to its kind; missing cells become nulls.

    Without spaces around cells (`spaced`) it takes less time.
    """
    if kind is TEXT:
        return column
    cells = pc.utf8_trim_whitespace(column) if spaced else column
    missing = _missing(cells)
    if pc.any(missing).as_py():
        cells = pc.if_else(missing, pa.scalar(None, pa.string()), cells)
    return kind.convert(cells)


def text_as(column: Cells, kind: pa.DataType) -> Cells:
    """Return text as a column of this type if it can be read so as a whole; else it is returned as it is.

    Numbers with a plus or leading zeros are codes, which stay text.
    """
    cells = present_cells(column)
    for each in _READ_AS:
        if each.fits(cells):
            try:
                return pc.cast(read_as(each, column), kind)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                return column
    return column


def present_cells(column: Cells) -> Cells:
    """Return the cells of a column that are not missing, without the spaces around them; most occur once."""
    return present(pc.utf8_trim_whitespace(column))


def present(column: Cells) -> Cells:
    """Return the cells that are not missing, each once if there seem to be few different ones."""
    cells = distinct(column.drop_null() if column.null_count else column)
    missing = _missing(cells)
    return cells.filter(pc.invert(missing)) if pc.any(missing).as_py() else cells


def distinct(cells: Cells) -> Cells:
    """Return each cell once if there seem to be few different ones, so that each is looked at once."""
    probe = cells.slice(0, PROBED)
    return pc.unique(cells) if len(pc.unique(probe)) < len(probe) / 2 else cells


def first_no_number(column: Cells) -> tuple[int, str] | None:
    """Return the place and the content of the first cell that is neither a number nor missing, None without any."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    cells = pc.utf8_trim_whitespace(column.cast(pa.string()))
    numbers = pc.or_(pc.match_substring_regex(cells, f"^(?:{_NUMBER})$"), _missing(cells))
    place = pc.index(pc.fill_null(numbers, pa.scalar(value=True)), pa.scalar(value=False)).as_py()
    return None if place < 0 else (place, column[place].as_py())


def _missing(cells: Cells) -> Cells:
    return pc.is_in(cells, value_set=_missing_values())


@cache
def _missing_values() -> Cells:
    return pa.array(sorted(MISSING))
