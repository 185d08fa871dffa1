"""The cells of a text column may be numbers, booleans, dates, moments or real text.

A column is read as the first kind that all its cells fit. Numbers with leading zeros stay text, because they are codes
(zip codes, product ids) whose zeros have a meaning.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

MISSING: Final = frozenset({"", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "None"})
"""What stands for no value in a column of anything but text; in text, only the empty cell does."""

_DAY = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?"
_FINE_CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
_ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)"
_WHOLE = r"(0|[1-9]\d*)"
_EXACT = r"(0|[1-9]\d{0,17})"
_DECIMAL = rf"({_WHOLE}\.\d*|\.\d+)"
_NUMBER = rf"[+-]?({_EXACT}|{_DECIMAL}|({_WHOLE}|{_DECIMAL})[eE][+-]?\d+|(?i:inf|infinity))"

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
        if not pc.all(pc.match_substring_regex(cells, f"^(?:{self.pattern})$")).as_py():
            return False
        try:
            self.convert(cells)
        except pa.ArrowInvalid:  # such as a 30 February, or a number with too many digits
            return False
        return True


def _cast(kind: pa.DataType) -> Callable[[Cells], Cells]:
    return lambda cells: pc.cast(cells, kind)


def _number(cells: Cells) -> Cells:
    return pc.cast(pc.replace_substring_regex(cells, r"^\+", ""), pa.float64())


def _whole(kind: pa.DataType) -> Callable[[Cells], Cells]:
    return lambda cells: pc.cast(pc.replace_substring_regex(cells, r"^\+", ""), kind)


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

_GROUPED = CellKind("number with grouped thousands", rf"[+-]?([1-9]\d{{0,2}}(,\d{{3}})+|{_EXACT})(\.\d+)?", _grouped)
_DECIMAL_COMMA = CellKind("number with a decimal comma", rf"[+-]?([1-9]\d{{0,2}}(\.\d{{3}})+|{_EXACT})(,\d+)?", _comma)
KINDS: Final = (
    CellKind("truth value", "(?i:true|false)", lambda cells: pc.cast(pc.utf8_lower(cells), pa.bool_())),
    CellKind("integer", f"[+-]?{_WHOLE}", _whole(pa.int64())),
    CellKind("unsigned integer", rf"\+?{_WHOLE}", _whole(pa.uint64())),
    CellKind("number", _NUMBER, _number),
    _GROUPED,
    _DECIMAL_COMMA,
    *TIMES,
)

COUNTS: Final = (KINDS[1], KINDS[3])
"""Whole numbers, and numbers with fractions."""
TEXT: Final = CellKind("text", ".*", lambda cells: cells)


class KindOfColumn:
    """Looks at a column's cells batch by batch and keeps the kinds that all of them fit.

    `1,234` may be either kind of number; with `decimal_comma` it is a little more than one.
    """

    def __init__(self, *, decimal_comma: bool = False) -> None:
        later = _GROUPED if decimal_comma else _DECIMAL_COMMA
        self._open = [*(kind for kind in KINDS if kind is not later), later]
        self._seen = False

    def look(self, column: Cells) -> None:
        """Examine one batch of cells."""
        if not self._open:
            return
        cells = present_cells(column)
        self._seen = self._seen or len(cells) > 0
        self._open = [kind for kind in self._open if kind.fits(cells)]

    @property
    def found(self) -> CellKind:
        """Return the kind as which the column is to be read."""
        return self._open[0] if self._open and self._seen else TEXT


def read_as(kind: CellKind, column: Cells) -> Cells:
    """Return a text column converted to its kind; missing cells become nulls."""
    if kind is TEXT:
        return column
    cells = pc.utf8_trim_whitespace(column)
    return kind.convert(pc.if_else(_missing(cells), pa.scalar(None, pa.string()), cells))


def present_cells(column: Cells) -> Cells:
    """Return the different cells of a column that are not missing, without the spaces around them."""
    cells = pc.unique(pc.utf8_trim_whitespace(column)).drop_null()
    return cells.filter(pc.invert(_missing(cells)))


def first_no_number(column: Cells) -> tuple[int, str] | None:
    """Return the place and the content of the first cell that is neither a number nor missing, None without any."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    cells = pc.utf8_trim_whitespace(column.cast(pa.string()))
    numbers = pc.or_(pc.match_substring_regex(cells, f"^(?:{_NUMBER})$"), _missing(cells))
    place = pc.index(pc.fill_null(numbers, pa.scalar(value=True)), pa.scalar(value=False)).as_py()
    return None if place < 0 else (place, column[place].as_py())


def _missing(cells: Cells) -> Cells:
    return pc.is_in(cells, value_set=pa.array(sorted(MISSING)))
