"""One season from its teams to its last final: schedule, regular games, playoffs."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from courtside.datasets.simulation.league import FRANCHISES, POINTS_PER_GAME, home_edge
from courtside.datasets.simulation.playoffs import play_playoffs
from courtside.datasets.simulation.schedule import Fixtures, Integers, draw_fixtures
from courtside.datasets.simulation.scores import TIRED, Expectation, Points, draw_scores
from courtside.datasets.simulation.season_calendar import SeasonCalendar, Stretch, season_calendar
from courtside.datasets.simulation.streams import Part, stream
from courtside.datasets.simulation.strength import Floats, Teams, daily_form, season_teams

PLAYOFF_DAYS = 70
PLAYOFF_SCORING = 0.962  # defences tighten: about four points a team
PLAYOFF_EDGE = 1.0


@dataclass(frozen=True, slots=True)
class SeasonGames:
    """A season's games, arrays of one length; teams as positions in `FRANCHISES`."""

    date: npt.NDArray[np.datetime64]
    home: Integers
    away: Integers
    home_points: Points
    away_points: Points
    is_playoff: npt.NDArray[np.bool_]


def play_season(seed: int, season: int) -> SeasonGames:
    """Play a whole season; the same seed and season always give the same games."""
    teams = season_teams(seed, season)
    calendar = season_calendar(season, teams=len(teams.position))
    player = _Season(seed, season, teams, calendar)
    parts = [player.play_stretch(stretch) for stretch in calendar.stretches]
    parts.append(player.play_playoffs())
    return SeasonGames(*(np.concatenate(column) for column in zip(*parts, strict=True)))


_Part = tuple[npt.NDArray[np.generic], ...]


class _Season:
    """What the parts of one season share: teams, their form by day, the record so far."""

    def __init__(self, seed: int, season: int, teams: Teams, calendar: SeasonCalendar) -> None:
        self.season, self.teams, self.calendar = season, teams, calendar
        self.opening = calendar.stretches[0].start
        self.level = POINTS_PER_GAME[season]
        self.conference = np.array([FRANCHISES[position].conference for position in teams.position])
        self.schedule_rng = stream(seed, season, Part.SCHEDULE)
        self.score_rng = stream(seed, season, Part.SCORES)
        self.playoff_rng = stream(seed, season, Part.PLAYOFFS)
        days = (calendar.playoffs - self.opening).days + PLAYOFF_DAYS
        form = daily_form(stream(seed, season, Part.FORM), days=days, teams=len(teams.position))
        self.strength = teams.strength + form
        self.wins = np.zeros(len(teams.position), np.int64)

    def play_stretch(self, stretch: Stretch) -> _Part:
        taking_part = np.sort(np.argsort(self._rank(), kind="stable")[: stretch.teams])
        fixtures = draw_fixtures(self.schedule_rng, stretch.games, self.conference[taking_part])
        home, away = taking_part[fixtures.home], taking_part[fixtures.away]
        day = fixtures.day + (stretch.start - self.opening).days
        edge = 0.0 if stretch.neutral else home_edge(self.season)
        expected = self._expect(day, home, away, level=self.level, edge=edge + _rest_edge(fixtures))
        scores = draw_scores(self.score_rng, expected, exact_mean=self.level)
        np.add.at(self.wins, np.where(scores[0] > scores[1], home, away), 1)
        return self._part(stretch.start, fixtures.day, home, away, *scores, playoff=False)

    def play_playoffs(self) -> _Part:
        first = self.calendar.playoffs
        edge = 0.0 if self.calendar.neutral_playoffs else home_edge(self.season) + PLAYOFF_EDGE

        def play(day: Integers, home: Integers, away: Integers) -> tuple[Points, Points]:
            since_opening = day + (first - self.opening).days
            expected = self._expect(since_opening, home, away, level=self.level * PLAYOFF_SCORING, edge=edge)
            return draw_scores(self.playoff_rng, expected)

        games = play_playoffs(self.season, rank=self._rank(), conference=self.conference, play=play)
        scores = (games.home_points, games.away_points)
        return self._part(first, games.day, games.home, games.away, *scores, playoff=True)

    def _rank(self) -> Integers:
        order = np.argsort(-self.wins, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        return rank

    def _expect(
        self, day: Integers, home: Integers, away: Integers, *, level: float, edge: float | Floats
    ) -> Expectation:
        margin = self.strength[day, home] - self.strength[day, away] + edge
        return Expectation(mean=level + self.teams.tempo[home] + self.teams.tempo[away], margin=margin)

    def _part(
        self, start: date, day: Integers, home: Integers, away: Integers, *scores: Points, playoff: bool
    ) -> _Part:
        dates = np.datetime64(start, "D") + day
        codes = self.teams.position
        return dates, codes[home], codes[away], *scores, np.full(len(day), playoff)


def _rest_edge(fixtures: Fixtures) -> Floats:
    return TIRED * (fixtures.away_tired.astype(np.float64) - fixtures.home_tired)
