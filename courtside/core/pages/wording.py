"""Numbers, days and shares as people read them; what is not known is a dash."""

import math
from datetime import date, datetime, timedelta

DASH = "\N{EN DASH}"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def known(value: float | None) -> bool:
    """Say whether there is a number to show."""
    return value is not None and math.isfinite(value)


def number(value: float | None) -> str:
    """Write a value of a feature with four significant digits.

    >>> number(110.3812), number(0.04567), number(48213.7), number(1.7e9)
    ('110.4', '0.04567', '48,214', '1.7e+09')
    """
    if value is None or not math.isfinite(value):
        return DASH
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e7 else f"{value:.4g}"


def percent(share: float | None) -> str:
    """Write a share in percent with at most three digits.

    >>> percent(0.1689), percent(1.0), percent(0.00004), percent(0.0)
    ('16.9 %', '100 %', '< 0.01 %', '0 %')
    """
    if share is None or not math.isfinite(share):
        return DASH
    return "< 0.01 %" if 0 < share < 1e-4 else f"{100 * share:.3g} %"


def day(moment: date) -> str:
    """Write a day, in English whatever the machine's locale: 16 Oct 2018."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def moment(at: datetime, seen_from: datetime | None) -> str:
    """Write a moment, without the year where it is the one that it is seen from.

    >>> moment(datetime(2026, 3, 9, 6, 5), datetime(2026, 11, 1)), moment(datetime(2025, 3, 9, 6, 5), None)
    ('9 Mar 06:05', '9 Mar 2025 06:05')
    """
    year = "" if seen_from is not None and seen_from.year == at.year else f" {at.year}"
    return f"{at.day} {_MONTHS[at.month - 1]}{year} {at:%H:%M}"


def short_day(moment: date) -> str:
    """Write a day where its year is known: 16 Oct."""
    return f"{moment.day} {_MONTHS[moment.month - 1]}"


def short_month(moment: date) -> str:
    """Write a month on an axis, with the year where one begins: Jan 2019, Feb."""
    return month(moment) if moment.month == 1 else _MONTHS[moment.month - 1]


def counted(count: int, noun: str) -> str:
    """Write a number of things.

    >>> counted(1, "check"), counted(3_620, "check")
    ('1 check', '3,620 checks')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def month(moment: date) -> str:
    """Write a month: Oct 2018."""
    return f"{_MONTHS[moment.month - 1]} {moment.year}"


def period(days: tuple[date, date] | None) -> str:
    """Write the first and last day, or a dash if there are none."""
    if days is None:
        return DASH
    return day(days[0]) if days[0] == days[1] else f"{day(days[0])} {DASH} {day(days[1])}"


def span(start: date, end: date) -> str:
    """Write the sub-window [start, end) briefly: the month if it is a whole one, else its days."""
    last = end - timedelta(days=1)
    if start.day == 1 and end == (start + timedelta(days=32)).replace(day=1):
        return month(start)
    return period((start, last))
