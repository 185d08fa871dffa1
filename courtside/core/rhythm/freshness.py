"""Whether data is overdue, judged by the age of the newest row, and by the season or what came a year before."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from courtside.core.rhythm.seasons import PartOfYear, awaited

YEAR = timedelta(days=365)
LOOK_BACK = 2 * YEAR
"""How many days before today `overdue_since` needs: the season of a year ago, and proof that it was not the first."""


def overdue_since(
    days: Iterable[date], *, today: date, patience: timedelta, season: Sequence[PartOfYear] = ()
) -> date | None:
    """Return the day of the newest row if newer ones should have come, or None if all is as it should be.

    `days` are those before `today` that have rows, over the whole of `LOOK_BACK`. Rows may be `patience` late. A stated
    `season` says when they are expected. Without one an off-season is known from the year before: rows are expected if
    they had come for a while by then, and went on coming. Without a year of history nothing is known about an
    off-season, so rows are always expected; and no off-season lasts a year.

    >>> season = [date(2018, 10, 16) + timedelta(days=n) for n in range(240)]
    >>> years = [day + n * YEAR for day in season for n in (0, 1)]
    >>> overdue_since(years, today=date(2020, 9, 1), patience=timedelta(days=14))  # nobody plays in September
    >>> overdue_since(years, today=date(2020, 11, 20), patience=timedelta(days=14))
    datetime.date(2020, 6, 11)
    """
    known = sorted(days)
    if not known or today - known[-1] <= patience:
        return None
    if season:
        return known[-1] if awaited(known[-1], today=today, season=season) > patience else None
    a_year_ago = today - YEAR
    if known[-1] < a_year_ago:
        return known[-1]
    if known[0] > a_year_ago - 2 * patience:
        return known[-1]
    begun = any(a_year_ago - 2 * patience <= day < a_year_ago - patience for day in known)
    went_on = any(a_year_ago <= day < a_year_ago + patience for day in known)
    return known[-1] if begun and went_on else None
