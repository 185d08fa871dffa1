"""A round comes when it is due, once, however many were missed; a training by schedule too."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from courtside.core.rhythm import next_due, training_due

HOURS = st.integers(1, 24 * 366).map(lambda hours: timedelta(hours=hours))
DAYS = st.integers(1, 3650).map(lambda days: timedelta(days=days))
MOMENTS = st.integers(0, 15 * 366 * 86_400).map(lambda s: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
LATE = st.timedeltas(timedelta(0), timedelta(days=2000))
DATES = st.dates(date(2020, 1, 1), date(2035, 1, 1))


@given(due=MOMENTS, every=HOURS, late=LATE)
def test_after_a_round_the_next_one_is_due_once_and_on_the_same_beat(
    due: datetime, every: timedelta, late: timedelta
) -> None:
    now = due + late
    following = next_due(due, every=every, now=now)
    assert now < following <= now + every
    assert (following - due) % every == timedelta(0)
    assert next_due(due, every=every, now=following - timedelta(microseconds=1)) == following
    assert next_due(due, every=every, now=following) == following + every


@given(due=MOMENTS, every=HOURS, early=st.floats(0, 1))
def test_a_round_before_its_time_does_not_move_the_next_one(due: datetime, every: timedelta, early: float) -> None:
    now = due - early * every
    if now > due - every:
        assert next_due(due, every=every, now=now) == (due if now < due else due + every)


@given(now=MOMENTS, every=HOURS, ahead=HOURS)
def test_a_rhythm_that_was_shortened_holds_after_the_next_round(
    now: datetime, every: timedelta, ahead: timedelta
) -> None:
    assert now < next_due(now + ahead, every=every, now=now) <= now + every


@given(now=MOMENTS, every=HOURS)
def test_the_first_round_of_a_model_begins_its_beat(now: datetime, every: timedelta) -> None:
    assert next_due(None, every=every, now=now) == now + every


def test_a_daily_round_keeps_its_hour_of_utc_when_clocks_change() -> None:
    due = datetime(2026, 10, 31, 12, tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
    dues = [due := next_due(due, every=timedelta(days=1), now=due) for _ in range(3)]
    assert {each.hour for each in dues} == {16}
    assert dues[-1].astimezone(ZoneInfo("America/New_York")).hour == 11


@given(until=DATES, every=DAYS, later=st.integers(0, 4000))
def test_a_training_is_due_once_in_each_period_after_the_champions_data(
    until: date, every: timedelta, later: int
) -> None:
    today = until + timedelta(days=later)
    due = training_due(until, every=every, today=today)
    assert (due is None) == (today < until + every)
    if due is not None:
        assert due <= today < due + every
        assert (due - until) % every == timedelta(0)
        assert training_due(until, every=every, today=due) == due
        assert training_due(until, every=every, today=due - timedelta(days=1)) != due
    assert training_due(until, every=None, today=today) is None


def test_data_that_ends_with_the_calendar_is_never_due() -> None:
    assert training_due(date.max, every=timedelta(days=1), today=date(2026, 11, 29)) is None
