"""Which days a season is played on, and how many games each of them has."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

MONDAY, TUESDAY, THURSDAY, FRIDAY, SUNDAY = 0, 1, 3, 4, 6
GAMES_BY_WEEKDAY = np.array([0.85, 0.9, 1.5, 0.35, 1.4, 1.0, 0.85])  # relative; Thursdays are for television
JUNE = 6
BUBBLE_GAMES, BUBBLE_TEAMS = 88, 22


@dataclass(frozen=True, slots=True)
class Stretch:
    """An unbroken run of days: `games` per day from `start`; `teams` best ones only; `neutral` courts."""

    start: date
    games: npt.NDArray[np.int64]
    teams: int | None = None
    neutral: bool = False

    @property
    def end(self) -> date:
        """The last day."""
        return self.start + timedelta(days=len(self.games) - 1)


@dataclass(frozen=True, slots=True)
class SeasonCalendar:
    """The stretches of a regular season and the first day of its playoffs."""

    stretches: tuple[Stretch, ...]
    playoffs: date
    neutral_playoffs: bool = False


def season_calendar(season: int, *, teams: int) -> SeasonCalendar:
    """Return a season's calendar; the lockouts, the bubble and the late start are where they were."""
    match season:
        case 1999:
            return _plain(date(1999, 2, 5), days=90, games=teams * 50 // 2, teams=teams)
        case 2012:
            return _plain(date(2011, 12, 25), days=124, games=teams * 66 // 2, teams=teams)
        case 2020:
            return _with_bubble(teams)
        case 2021:
            return _plain(date(2020, 12, 22), days=146, games=teams * 72 // 2, teams=teams, pause=6)
    start, days = _ordinary_span(season)
    return _plain(start, days=days, games=teams * 82 // 2, teams=teams)


def _ordinary_span(season: int) -> tuple[date, int]:
    year = season - 1
    # Openings moved from October to November and back; these years are where they did.
    if season <= 1981:
        return _weekday_from(date(year, 10, 8), FRIDAY), 170
    if season <= 1987:
        return _weekday_from(date(year, 10, 25), FRIDAY), 170
    if season <= 1999:
        return _weekday_from(date(year, 11, 1), FRIDAY), 171
    if season <= 2017:
        return _weekday_from(date(year, 10, 26), TUESDAY), 170
    return _weekday_from(date(year, 10, 16), TUESDAY), 177


def _weekday_from(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _plain(start: date, *, days: int, games: int, teams: int, pause: int = 3) -> SeasonCalendar:
    stretch = Stretch(start, _games_per_day(start, days, games=games, last_day=teams // 2))
    return SeasonCalendar((stretch,), stretch.end + timedelta(days=pause))


def _with_bubble(teams: int) -> SeasonCalendar:
    start, last = date(2019, 10, 22), date(2020, 3, 11)
    before = Stretch(start, _games_per_day(start, (last - start).days + 1, games=971, last_day=teams // 2))
    bubble = Stretch(date(2020, 7, 30), _spread(np.ones(16), BUBBLE_GAMES), BUBBLE_TEAMS, neutral=True)
    return SeasonCalendar((before, bubble), date(2020, 8, 17), neutral_playoffs=True)


def _games_per_day(start: date, days: int, *, games: int, last_day: int) -> npt.NDArray[np.int64]:
    """Spread the games over the days by weekday, free days left out; on the last day everyone plays."""
    weekday = (start.weekday() + np.arange(days - 1)) % 7
    weight = GAMES_BY_WEEKDAY[weekday]
    for free in _free_days(start):
        if 0 <= (free - start).days < days - 1:
            weight[(free - start).days] = 0.0
    return np.append(_spread(weight, games - last_day), last_day)


def _free_days(start: date) -> list[date]:
    """Christmas Eve, Thanksgiving, and from Friday to Monday around the All-Star game."""
    fall = start.year if start.month > JUNE else start.year - 1
    thanksgiving = _weekday_from(date(fall, 11, 22), THURSDAY)
    all_star = _weekday_from(date(fall + 1, 2, 14), SUNDAY)
    around = [all_star + timedelta(days=shift) for shift in (-2, -1, 0, 1)]
    break_days = around if start < date(fall + 1, 1, 1) else []
    return [date(fall, 12, 24), thanksgiving, *break_days]


def _spread(weight: npt.NDArray[np.float64], total: int) -> npt.NDArray[np.int64]:
    """Share a total out by weight in whole numbers that add up to it."""
    reached = np.rint(np.cumsum(weight) / weight.sum() * total).astype(np.int64)
    shares: npt.NDArray[np.int64] = np.diff(reached, prepend=0)
    return shares
