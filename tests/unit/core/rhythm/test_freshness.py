"""Data is overdue after a pause longer than the patience, unless the year before paused at the same time."""

from datetime import date, timedelta

import pytest

from courtside.core.rhythm.freshness import YEAR, overdue_since

PATIENCE = timedelta(days=14)


def season(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


TWO = season(date(2017, 10, 17), date(2018, 6, 8)) + season(date(2018, 10, 16), date(2019, 6, 13))


@pytest.mark.parametrize(
    ("today", "overdue"),
    [
        (date(2019, 6, 27), False),  # this is within the patience
        (date(2019, 7, 10), False),
        (date(2019, 9, 30), False),
        (date(2019, 10, 25), False),  # a season may begin later than the one before it
        (date(2019, 11, 5), True),
        (date(2020, 3, 1), True),
    ],
)
def test_an_off_season_is_recognized_from_the_year_before(today: date, *, overdue: bool) -> None:
    found = overdue_since(TWO, today=today, patience=PATIENCE)
    assert found == (date(2019, 6, 13) if overdue else None)


def test_a_pause_shorter_than_the_patience_is_not_overdue() -> None:
    days = [*TWO, *season(date(2019, 10, 22), date(2020, 2, 13))]
    assert overdue_since(days, today=date(2020, 2, 20), patience=PATIENCE) is None
    assert overdue_since(days, today=date(2020, 3, 1), patience=PATIENCE) == date(2020, 2, 13)


def test_a_season_that_ends_slightly_earlier_than_the_last_is_not_overdue() -> None:
    days = season(date(2017, 10, 17), date(2018, 6, 24)) + season(date(2018, 10, 16), date(2019, 6, 13))
    assert not [
        n for n in range(1, 60)
        if overdue_since(days, today=date(2019, 6, 13) + timedelta(days=n), patience=PATIENCE)
    ]  # fmt: skip


def test_data_without_seasons_may_be_overdue_in_any_month() -> None:
    days = season(date(2017, 1, 1), date(2019, 3, 31))
    for month in range(5, 13):
        assert overdue_since(days, today=date(2019, month, 1), patience=PATIENCE) == date(2019, 3, 31)


def test_without_a_year_of_history_rows_are_always_expected() -> None:
    days = season(date(2019, 1, 1), date(2019, 3, 31))
    assert overdue_since(days, today=date(2019, 5, 1), patience=PATIENCE) == date(2019, 3, 31)
    assert overdue_since(days, today=date(2019, 4, 10), patience=PATIENCE) is None


def test_a_table_without_recent_rows_to_compare_is_not_overdue() -> None:
    assert overdue_since([], today=date(2019, 5, 1), patience=PATIENCE) is None
    assert overdue_since([date(2019, 5, 1) - YEAR], today=date(2019, 5, 1), patience=2 * YEAR) is None


def test_data_that_stopped_more_than_a_year_ago_stay_overdue() -> None:
    for later in (20, 200, 380, 400, 700):
        stopped = date(2020, 3, 1)
        days = [stopped - timedelta(days=n) for n in range(700)]
        assert overdue_since(days, today=stopped + timedelta(days=later), patience=PATIENCE) == stopped
