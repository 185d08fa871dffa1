"""In the parts of the year that a contract names, missing rows are news; outside them they are not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.rhythm import NotPartOfAYear, PartOfYear, overdue_since

SEASON = PartOfYear.parse("10-15 to 06-20")
PATIENCE = timedelta(days=14)
DAYS = st.dates(date(2016, 1, 1), date(2030, 12, 31))


def since(newest: date, today: date, *season: PartOfYear) -> date | None:
    return overdue_since([newest], today=today, patience=PATIENCE, season=season or (SEASON,))


@given(day=DAYS, first=DAYS, last=DAYS)
def test_a_part_of_the_year_and_its_complement_hold_every_day_once(day: date, first: date, last: date) -> None:
    ends = (first.month, first.day), (last.month, last.day)
    part = PartOfYear(*ends)
    assert first in part
    assert last in part
    after, before = date(2020, *ends[1]) + timedelta(days=1), date(2020, *ends[0]) - timedelta(days=1)
    rest = PartOfYear((after.month, after.day), (before.month, before.day))
    whole_year = (after.month, after.day) == ends[0]
    if not whole_year:
        assert (day in part) != (day in rest)


@pytest.mark.parametrize(
    ("newest", "today", "overdue"),
    [
        (date(2026, 3, 1), date(2026, 3, 15), None),
        (date(2026, 3, 1), date(2026, 3, 16), date(2026, 3, 1)),
        (date(2026, 6, 1), date(2026, 6, 20), date(2026, 6, 1)),
        (date(2026, 6, 1), date(2026, 6, 21), None),  # the season is over
        (date(2026, 6, 18), date(2026, 9, 30), None),
        (date(2026, 6, 18), date(2026, 10, 28), None),  # it has begun, and its rows may be late too
        (date(2026, 6, 18), date(2026, 10, 29), date(2026, 6, 18)),
        (date(2026, 12, 20), date(2027, 1, 10), date(2026, 12, 20)),
    ],
)
def test_rows_are_overdue_only_where_they_were_expected_for_long_enough(
    newest: date, today: date, overdue: date | None
) -> None:
    assert since(newest, today) == overdue


def test_several_parts_that_touch_are_one_stretch() -> None:
    parts = [PartOfYear.parse(text) for text in ("01-01 to 01-10", "01-11 to 01-31")]
    assert since(date(2026, 1, 3), date(2026, 1, 20), *parts) == date(2026, 1, 3)
    apart = [PartOfYear.parse(text) for text in ("01-01 to 01-10", "01-12 to 01-31")]
    assert since(date(2026, 1, 3), date(2026, 1, 20), *apart) is None


@given(newest=DAYS, age=st.integers(1, 700), dark=st.integers(0, 365))
def test_nothing_is_overdue_on_a_day_without_season_nor_before_patience_ends(newest: date, age: int, dark: int) -> None:
    today = newest + timedelta(days=age)
    found = since(newest, today)
    if age <= PATIENCE.days or today not in SEASON:
        assert found is None
    quiet = today + timedelta(days=1 + dark % 300)
    if quiet != today:
        assert since(newest, today, PartOfYear((quiet.month, quiet.day), (quiet.month, quiet.day))) is None


def test_the_whole_year_as_a_season_needs_no_history() -> None:
    year = PartOfYear.parse("01-01 to 12-31")
    assert since(date(2026, 3, 1), date(2026, 3, 16), year) == date(2026, 3, 1)
    assert since(date(2024, 2, 29), date(2024, 3, 14), year) is None


@pytest.mark.parametrize(
    "text",
    ["", "10-15", "10-15 - 06-20", "13-01 to 01-01", "02-30 to 03-01", "2020-10-15 to 06-20", "1-5 to 2-5",
     "10-15 to 06-20\n", "\u0661\u0660-15 to 06-20", "00-00 to 00-00"],
)  # fmt: skip
def test_what_is_no_part_of_the_year_is_refused(text: str) -> None:
    with pytest.raises(NotPartOfAYear, match="MM-DD"):
        PartOfYear.parse(text)


def test_the_leap_day_may_end_a_part() -> None:
    winter = PartOfYear.parse("12-01 to 02-29")
    assert date(2027, 2, 28) in winter
    assert date(2028, 2, 29) in winter
    assert date(2027, 3, 1) not in winter
