"""A window is cut into sub-windows along the calendar, and their profiles add up to that of the window."""

from datetime import date, timedelta
from functools import reduce
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.drift import Profile, fit
from courtside.core.drift.errors import MissingColumns, WrongType
from courtside.core.drift.story.parts import MOST_PARTS, PartsInvalid, split, sub_windows
from tests.unit.core.drift.story.windows import FEATURES, FIRST, REFERENCE, league

DAYS = st.dates(date(1990, 1, 1), date(2040, 12, 31))


@given(DAYS, st.integers(0, 9000))
def test_sub_windows_cover_the_window_without_gap_or_overlap(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    spans = sub_windows(first, last)
    assert (spans[0][0], spans[-1][1]) == (first, last + timedelta(days=1))
    assert all(end == start for (_, end), (start, _) in pairwise(spans))
    assert all(start < end for start, end in spans)
    assert len(spans) <= max(MOST_PARTS, length // 365 + 2)


@pytest.mark.parametrize(
    ("last", "starts"),
    [
        (date(2018, 10, 20), [16, 17, 18, 19, 20]),
        (date(2018, 11, 18), [16, 22, 29, 5, 12]),
    ],
)
def test_short_windows_are_cut_into_days_and_weeks(last: date, starts: list[int]) -> None:
    assert [start.day for start, _ in sub_windows(date(2018, 10, 16), last)] == starts


def test_a_season_is_cut_into_months_and_a_decade_into_years() -> None:
    season = [start for start, _ in sub_windows(date(2018, 10, 16), date(2019, 6, 10))]
    assert season == [
        date(2018, 10, 16),
        *(date(2018, m, 1) for m in (11, 12)),
        *(date(2019, m, 1) for m in range(1, 6)),
    ]
    assert sub_windows(date(2018, 10, 16), date(2019, 6, 10))[-1][1] == date(2019, 6, 11)
    assert [start.year for start, _ in sub_windows(date(2001, 1, 1), date(2010, 12, 31))] == list(range(2001, 2011))
    assert len(sub_windows(date(1950, 1, 1), date(2010, 12, 31))) == 61


def test_parts_add_up_to_the_window() -> None:
    table = league()
    parts = split(REFERENCE, table.to_batches(max_chunksize=777), windows=sub_windows(FIRST, date(2026, 3, 1)))
    assert len(parts) == 8
    merged, whole = reduce(Profile.merge, (part.profile for part in parts)), REFERENCE.summarize(table)
    assert (merged.rows, merged.period) == (whole.rows, whole.period)
    for mine, theirs in zip(merged.columns, whole.columns, strict=True):
        assert mine.tally == theirs.tally
        assert np.array_equal(mine.counts, theirs.counts)
    assert all(part.profile.period == (part.start, part.end - timedelta(days=1)) for part in parts)


def test_rows_outside_the_windows_or_without_a_day_are_left_out() -> None:
    texts = ["2026-01-01T23:59", "2026-01-02", "2026-01-03T23:59", "2026-01-04", "NaT"]
    days = np.array(texts, "datetime64[ns]")
    table = league(days=1, per_day=5, day=pa.array(days))
    (part,) = split(REFERENCE, table, windows=[(date(2026, 1, 2), date(2026, 1, 4))])
    assert part.profile.rows == 2
    empty = split(REFERENCE, table.filter([False] * 5), windows=[(date(2026, 1, 2), date(2026, 1, 4))])
    assert empty[0].profile.rows == 0
    nothing = league(days=1, per_day=5, day=pa.nulls(5, pa.date32()))
    assert split(REFERENCE, nothing, windows=[(date(2026, 1, 2), date(2026, 1, 4))])[0].profile.rows == 0


def test_a_window_that_cannot_be_cut_is_refused_with_the_reason() -> None:
    day = date(2026, 1, 2)
    with pytest.raises(PartsInvalid, match="before the first"):
        sub_windows(day, day - timedelta(days=1))
    with pytest.raises(PartsInvalid, match="ends before it starts"):
        split(REFERENCE, league(), windows=[(day, day)])
    with pytest.raises(PartsInvalid, match="before the end"):
        split(REFERENCE, league(), windows=[(day, day + timedelta(days=3)), (day + timedelta(days=2), FIRST)])
    with pytest.raises(MissingColumns, match="day"):
        split(REFERENCE, league(day=None), windows=[(day, FIRST)])
    with pytest.raises(WrongType, match="timestamp or date"):
        split(REFERENCE, league(day=["x"] * 2240), windows=[(day, FIRST)])
    with pytest.raises(PartsInvalid, match="no time column"):
        split(fit(league(), FEATURES), league(), windows=[(day, FIRST)])
