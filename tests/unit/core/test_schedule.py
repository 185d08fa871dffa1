from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from courtside.core.schedule import ScheduleUnreadable, last_due

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("expression", "now", "due"),
    [
        ("cron(0 12 * * ? *)", "2026-03-02T12:00", "2026-03-02T12:00"),
        ("cron(0 12 * * ? *)", "2026-03-02T11:59", "2026-03-01T12:00"),
        ("cron(0/15 * * * ? *)", "2026-03-02T10:14", "2026-03-02T10:00"),
        ("cron(30 6,18 * * ? *)", "2026-03-02T10:14", "2026-03-02T06:30"),
        ("cron(0 8 ? * MON-FRI *)", "2026-03-01T10:00", "2026-02-27T08:00"),  # Sunday → Friday
        ("cron(0 8 ? * 1 *)", "2026-03-04T10:00", "2026-03-01T08:00"),  # 1 is Sunday
        ("cron(0 8 1 * ? *)", "2026-03-31T10:00", "2026-03-01T08:00"),
        ("cron(0 8 31 * ? *)", "2026-03-30T10:00", "2026-01-31T08:00"),
        ("cron(0 8 1 JAN,JUL ? *)", "2026-03-31T10:00", "2026-01-01T08:00"),
        ("cron(0 8 1 1 ? 2026-2030)", "2027-03-31T10:00", "2027-01-01T08:00"),
        ("rate(6 hours)", "2026-03-02T10:00", "2026-03-02T04:00"),
        ("rate(1 day)", "2026-03-02T10:00", "2026-03-01T10:00"),
    ],
)
def test_a_schedule_was_due_last(expression: str, now: str, due: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert last_due(expression, UTC, now=at) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_the_hours_are_the_zones_own_over_a_change_of_clocks() -> None:
    before, after = (
        last_due("cron(0 12 * * ? *)", NEW_YORK, now=datetime(2026, 3, day, 23, tzinfo=UTC)) for day in (7, 8)
    )
    assert before is not None
    assert after is not None
    assert [each.astimezone(UTC).hour for each in (before, after)] == [17, 16]


def test_a_schedule_of_the_past_is_never_due() -> None:
    assert last_due("cron(0 12 * * ? 2001)", UTC, now=datetime(2026, 3, 2, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    "expression",
    ["cron(0 12 L * ? *)", "cron(0 12 ? * MON#1 *)", "cron(0 12)", "at(2026-01-01T00:00:00)", "cron(99 1 * * ? *)"],
)
def test_what_is_not_understood_is_said(expression: str) -> None:
    with pytest.raises(ScheduleUnreadable):
        last_due(expression, UTC, now=datetime(2026, 3, 2, tzinfo=UTC))
