"""Times are read in any notation: ISO text, days such as 20240301, or seconds and finer units since 1970."""

from typing import Any, Literal, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.shortening import quoted
from courtside.core.drift.columns import arrow, moments
from courtside.core.drift.errors import NotATimeColumn, WrongType
from courtside.core.drift.reading.formats.cells import COUNTS, TIMES, present_cells, read_as

Unit = Literal["s", "ms", "us", "ns"]
_UNITS: tuple[tuple[Unit, int], ...] = (("s", 10**11), ("ms", 10**14), ("us", 10**17), ("ns", 2**63))
"""Each unit with the first count that is too large for it: after the year 5100 in it, and before 1974 in the next."""
SMALLEST_COUNT = 10**8
"""A smaller count of seconds lies before March 1973, and columns of such numbers rarely count seconds."""
_FIRST_DAY, _LAST_DAY = 19000101, 21001231


class TimesUnreadable(WrongType):
    """A time column has text or numbers that cannot be read as moments."""

    def __init__(self, column: str, *, found: str) -> None:
        super().__init__(
            column,
            found=found,
            expected=(
                "times such as 2024-03-01, 2024-03-01T18:30:00Z, 20240301, or a count of seconds, milliseconds, "
                "microseconds or nanoseconds since 1970"
            ),
            advice="name another time_column in the dataset",
        )


def is_readable(kind: pa.DataType) -> bool:
    """Tell whether times may be read from a column of this type."""
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    return moments.is_time(kind) or arrow.is_text(kind) or number or pa.types.is_null(kind)


class Clock:
    """Reads one time column, batch by batch; numbers keep the unit that the first batch was read in."""

    def __init__(self, column: str) -> None:
        self.column = column
        self._unit: Unit | None = None

    def read(self, array: Any) -> Any:
        """Return the column as dates or timestamps; columns that already hold these stay unchanged.

        Raises `TimesUnreadable`, and `NotATimeColumn` for a type that holds neither text nor numbers.
        """
        if moments.is_time(array.type):
            return array
        if not is_readable(array.type):
            raise NotATimeColumn(self.column, found=arrow.type_name(array.type))
        if pa.types.is_dictionary(array.type):
            array = array.cast(array.type.value_type)
        if array.null_count == len(array):
            return _no_times(len(array))
        return self._text(array.cast(pa.string())) if arrow.is_text(array.type) else self._numbers(array)

    def _text(self, array: Any) -> Any:
        present = present_cells(array)
        number = next((kind for kind in COUNTS if len(present) and kind.fits(present)), None)
        if number is not None:
            return self._numbers(read_as(number, array))
        for kind in TIMES:
            if kind.fits(present):
                found = read_as(kind, array)
                return found if pa.types.is_timestamp(found.type) else found.cast(pa.timestamp("us"))
        raise TimesUnreadable(self.column, found=f"text such as {_odd_one(present)}")

    def _numbers(self, array: Any) -> Any:
        values = arrow.with_gaps(array)[0] if pa.types.is_floating(array.type) else None
        known = array.drop_null() if values is None else pa.array(values[np.isfinite(values)])
        if not len(known):
            return _no_times(len(array))
        extremes: Any = pc.min_max(known)
        low, high = extremes["min"].as_py(), extremes["max"].as_py()
        if low >= _FIRST_DAY and high <= _LAST_DAY and self._unit is None:
            return self._days(array)
        unit = self._unit_of(low, high)
        if values is None:
            return pc.cast(pc.cast(array, pa.int64()), pa.timestamp(unit))
        return _fractions(values, unit)

    def _unit_of(self, low: float, high: float) -> Unit:
        largest = max(abs(low), abs(high))
        unit = next((unit for unit, limit in _UNITS if largest < limit), None)
        if unit is None or (largest < SMALLEST_COUNT and self._unit is None):
            raise TimesUnreadable(self.column, found=f"a number from {low:g} to {high:g}")
        if self._unit is None:
            self._unit = unit
        return self._unit

    def _days(self, array: Any) -> Any:
        text: Any = pc.cast(pc.cast(array, pa.int64()), pa.string())
        written: Any = pc.replace_substring_regex(text, r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3")
        if not TIMES[0].fits(pc.unique(written).drop_null()):
            raise TimesUnreadable(self.column, found=f"a number such as {_odd_one(pc.unique(written).drop_null())}")
        return pc.cast(pc.cast(written, pa.date32()), pa.timestamp("us"))


def _fractions(values: Any, unit: Unit) -> Any:
    """Return counts with fractions, such as pandas writes beside missing values, rounded to microseconds."""
    finest: Unit = "ns" if unit == "ns" else "us"
    scaled = values * (moments.PER_SECOND[finest] // moments.PER_SECOND[unit])
    missing = ~np.isfinite(scaled)
    whole = np.where(missing, 0, np.round(scaled)).astype(np.int64)
    return pc.cast(pa.array(whole, mask=missing), pa.timestamp(finest))


def _no_times(rows: int) -> Any:
    return pa.nulls(rows, pa.timestamp("us"))


def _odd_one(cells: Any) -> str:
    """Return the first cell that looks least like a time, unchanged."""
    for kind in reversed(TIMES):
        if not kind.fits(cells):
            for cell in cells:
                if not any(each.fits(pa.array([cell.as_py()])) for each in TIMES):
                    return quoted(cell.as_py())
    return quoted(cells[0].as_py())


Rows = TypeVar("Rows", pa.RecordBatch, pa.Table)


def timed(rows: Rows, clock: Clock | None) -> Rows:
    """Return rows whose time column, if there is one, holds times; raises what `Clock.read` raises."""
    place = -1 if clock is None else rows.schema.get_field_index(clock.column)
    if clock is None or place < 0 or moments.is_time(rows.schema.field(place).type):
        return rows
    column: Any = rows.column(place)
    return rows.set_column(place, clock.column, clock.read(_whole(column)))


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
