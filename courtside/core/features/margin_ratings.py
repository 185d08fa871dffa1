"""How many points each team is better than another, and how sure that is: a Kalman filter over the games of each day.

The state holds each team's rating in points, the league's home advantage, what a game on the day after another costs a
side, and each team's own home advantage. Ratings wander from day to day; between seasons they are drawn back and become
less sure. A margin is the difference of the ratings, plus what home and rest are worth, plus noise. Source of the
filter: R. E. Kalman, "A new approach to linear filtering and prediction problems", J. Basic Eng. 82, 1960; of ratings
as its state: M. E. Glickman and H. S. Stern, "A state-space model for National Football League scores", JASA 93, 1998.

The constants were chosen by the log loss of the seasons 1986 to 2015, so that later seasons say what they are worth.
"""

from dataclasses import dataclass

import numpy as np

from courtside.core.features.arrays import Floats, Ints
from courtside.core.features.matchups import Matchups

NOISE = 150.0
"""The variance of a margin around what was expected, in squared points, as are the other variances."""
LARGEST = 25.0
"""Margins are bent so that none counts for more: what a team wins by beyond that says little about it."""
TEAM_VARIANCE, TEAM_DRIFT = 40.0, 0.05
"""The variance of a team that nobody has seen, and by how much it grows a day."""
KEPT, NEW_SEASON_VARIANCE = 0.75, 7.0
"""The share of a rating that is kept over a summer, and the variance that it adds."""
HOME, HOME_VARIANCE, HOME_DRIFT, HOME_NEW_SEASON = 4.0, 1.0, 0.0005, 0.05
TIRED, TIRED_VARIANCE = 1.5, 0.5
"""What a game on the day after another is taken to cost at first."""
OWN_HOME_VARIANCE, OWN_HOME_KEPT = 1.0, 0.9
_SHARED = 3
"""The state begins with the league's home advantage and with what a tired side costs, at home and away; then come the
teams' ratings, and their own home advantages."""


@dataclass(frozen=True, slots=True)
class Rated:
    """What was known before each game, each shape (n,), in points.

    `expected_margin` is what the home side is expected to win by, and `uncertainty` its standard error, without the
    noise of a game.
    """

    expected_margin: Floats
    uncertainty: Floats


def margin_ratings(games: Matchups, *, tired: tuple[Floats, Floats], neutral: Floats) -> Rated:
    """Return what was known before each game; games of one day do not see each other's results.

    `tired` says of home and away side, and `neutral` of the place, 1 or 0 for each game, shape (n,): whether the side
    played the day before, and whether neither side was at home.
    """
    filter_, design = _Filter.of(games.teams), _design(games, tired, neutral)
    bent = LARGEST * np.tanh(games.margin / LARGEST)
    known = Rated(np.empty(games.home.size), np.empty(games.home.size))
    for day in games.by_day():
        filter_.go_on(int(games.season[day.start]), int(games.day[day.start]))
        known.expected_margin[day] = design[day] @ filter_.state
        covariance = filter_.covariance @ design[day].T
        within = design[day] @ covariance
        known.uncertainty[day] = np.sqrt(within.diagonal())
        played = games.played[day]
        if played.any():
            surprise = bent[day] - known.expected_margin[day]
            filter_.learn(covariance[:, played], within[played][:, played], surprise[played])
    return known


def _design(games: Matchups, tired: tuple[Floats, Floats], neutral: Floats) -> Floats:
    """Return which parts of the state make up each game's margin, shape (n, s)."""
    row, at_home = np.arange(games.home.size), 1 - neutral
    design = np.zeros((row.size, _SHARED + 2 * games.teams))
    design[:, 0], design[:, 1], design[:, 2] = at_home, *tired
    design[row, _SHARED + games.home] = 1
    design[row, _SHARED + games.away] = -1
    design[row, _SHARED + games.teams + games.home] = at_home
    return design


@dataclass(slots=True)
class _Filter:
    """The state, shape (s,), its covariance, and the day and season that it is of (before any: -1).

    `ratings` and `own` are the places of the teams' ratings and of their own home advantages.
    """

    state: Floats
    covariance: Floats
    ratings: Ints
    own: Ints
    season: int = -1
    day: int = -1

    @classmethod
    def of(cls, teams: int) -> "_Filter":
        state = np.concatenate(([HOME, -TIRED, TIRED], np.zeros(2 * teams)))
        shared = [HOME_VARIANCE, TIRED_VARIANCE, TIRED_VARIANCE]
        variance = np.array([*shared, *[TEAM_VARIANCE] * teams, *[OWN_HOME_VARIANCE] * teams])
        ratings = np.arange(_SHARED, _SHARED + teams)
        return cls(state, np.diag(variance), ratings, ratings + teams)

    def go_on(self, season: int, day: int) -> None:
        """Let time pass."""
        if self.season == season:
            days = day - self.day
            self.covariance[self.ratings, self.ratings] += TEAM_DRIFT * days
            self.covariance[0, 0] += HOME_DRIFT * days
        elif self.season >= 0:
            self._rest_over_summer()
        self.season, self.day = season, day

    def _rest_over_summer(self) -> None:
        kept = np.ones(self.state.size)
        kept[self.ratings], kept[self.own] = KEPT, OWN_HOME_KEPT
        self.state *= kept
        self.covariance *= kept[:, None] * kept
        self.covariance[self.ratings, self.ratings] += NEW_SEASON_VARIANCE
        self.covariance[self.own, self.own] += OWN_HOME_VARIANCE * (1 - OWN_HOME_KEPT**2)
        self.covariance[0, 0] += HOME_NEW_SEASON

    def learn(self, covariance: Floats, within: Floats, surprise: Floats) -> None:
        """Take in by how much k margins differed from what was expected.

        `covariance` is that of the state with them, shape (s, k), and `within` that among them, without their noise.
        """
        gain = np.linalg.solve(within + NOISE * np.eye(surprise.size), covariance.T).T
        self.state += gain @ surprise
        self.covariance -= gain @ covariance.T
