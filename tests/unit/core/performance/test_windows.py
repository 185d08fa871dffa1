from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.performance.windows import starts_of, window_of, windows_between

days = st.dates(date(1900, 1, 1), date(2200, 1, 1))
lengths = st.integers(1, 366).map(timedelta)


@given(days, lengths)
def test_a_day_lies_in_one_window_of_its_length(day: date, length: timedelta) -> None:
    window = window_of(day, length)
    assert window.start <= day < window.end == window.start + length
    assert window == window_of(window.start, length) == window_of(window.end - timedelta(days=1), length)
    assert window_of(window.end, length).start == window.end


@given(days, lengths)
def test_days_in_bulk_lie_in_the_same_windows(day: date, length: timedelta) -> None:
    some = [day + timedelta(days=each) for each in range(0, 800, 13)]
    starts = starts_of(np.array(some, dtype="datetime64[D]"), length)
    assert starts.tolist() == [window_of(each, length).start for each in some]


@given(days)
def test_weeks_begin_on_mondays(day: date) -> None:
    assert window_of(day, timedelta(days=7)).start.weekday() == window_of(day, timedelta(days=14)).start.weekday() == 0


@given(days, lengths, st.integers(0, 900))
def test_windows_follow_each_other_without_a_gap(first: date, length: timedelta, span: int) -> None:
    last = first + timedelta(days=span)
    found = list(windows_between(first, last, length))
    assert found[0].start <= first < found[0].end
    assert found[-1].start <= last < found[-1].end
    assert [each.start for each in found[1:]] == [each.end for each in found[:-1]]
    assert not list(windows_between(first, first - timedelta(days=400), length))
