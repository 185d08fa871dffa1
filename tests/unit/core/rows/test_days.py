"""Rows are selected by day, from a first day up to but not including a last one."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from courtside.core.drift.reading import Days
from courtside.core.rows import period, within

MIDNIGHTS = [datetime(2024, 3, day, tzinfo=UTC) for day in (1, 2, 3, 4)]
KINDS = [pa.date32(), pa.date64(), pa.timestamp("s"), pa.timestamp("ns"), pa.timestamp("us", "UTC")]


def rows(kind: Any) -> pa.Table:
    zoned = pa.types.is_timestamp(kind) and kind.tz is not None
    moments: list[Any] = [moment if zoned else moment.replace(tzinfo=None) for moment in MIDNIGHTS]
    days = pa.array(moments, pa.timestamp("us", "UTC" if zoned else None)).cast(kind)
    return pa.table({"n": [1, 2, 3, 4, 5], "day": pa.concat_arrays([days, pa.nulls(1, kind)])})


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_days_are_half_open_and_rows_without_a_time_belong_to_none(kind: Any) -> None:
    found = within(rows(kind), "day", Days(date(2024, 3, 2), date(2024, 3, 4)))
    assert found.column("n").to_pylist() == [2, 3]
    assert within(rows(kind), "day", Days(end=date(2024, 3, 2))).column("n").to_pylist() == [1]
    assert period(rows(kind), "day") == (date(2024, 3, 1), date(2024, 3, 4))


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_days_that_a_timestamp_cannot_hold_set_no_limit(kind: Any) -> None:
    assert within(rows(kind), "day", Days(date.min, date.max)).num_rows == 4


def test_a_day_is_taken_in_the_time_zone_of_the_column() -> None:
    late = pa.array([datetime(2024, 3, 2, 3, tzinfo=UTC)], pa.timestamp("us", "America/New_York"))
    table = pa.table({"day": late})
    assert within(table, "day", Days(date(2024, 3, 1), date(2024, 3, 2))).num_rows == 1
    assert period(table, "day") == (date(2024, 3, 1), date(2024, 3, 1))
