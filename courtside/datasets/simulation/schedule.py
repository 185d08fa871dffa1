"""Who plays whom on which day: rested teams first, equal numbers of games, conference rivals more often."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

# What days since the last game are worth when the day's teams are picked (index 0 is unused). They set
# the share of back-to-backs, about a quarter as in the published schedules.
REST_WORTH = np.array([0.0, -0.15, 0.0, 0.4, 1.0, 2.0])
EVENNESS = 0.4  # what a game fewer than the others is worth
CLOSING_DAYS, CLOSING_EVENNESS = 6, 20.0  # at the end all must reach the same number
THIRD_IN_A_ROW = -8.0
PAIRINGS_TRIED = 12
RIVAL_MEETINGS = 1.7  # conference rivals meet about this much more often


@dataclass(frozen=True, slots=True)
class Fixtures:
    """Games without scores: day from 0, home and away as team positions, whether each played yesterday."""

    day: Integers
    home: Integers
    away: Integers
    home_tired: npt.NDArray[np.bool_]
    away_tired: npt.NDArray[np.bool_]


def draw_fixtures(rng: np.random.Generator, games_per_day: Integers, conference: Integers) -> Fixtures:
    """Draw a schedule: no team twice a day, none three days running unless the calendar forces it."""
    state = _Standing(rng, conference)
    last = len(games_per_day) - CLOSING_DAYS
    drawn = [
        state.play_day(day, int(games), EVENNESS if day < last else CLOSING_EVENNESS)
        for day, games in enumerate(games_per_day)
    ]
    return Fixtures(*(np.concatenate(column) for column in zip(*drawn, strict=True)))


class _Standing:
    """Games played, days since the last game, home balance and meetings, as the days go by."""

    def __init__(self, rng: np.random.Generator, conference: Integers) -> None:
        teams = len(conference)
        self.rng = rng
        self.played = np.zeros(teams, np.int64)
        self.gap = np.full(teams, 3)
        self.running = np.zeros(teams, np.int64)
        self.home_balance = np.zeros(teams, np.int64)
        self.met = np.where(conference[:, None] == conference, -RIVAL_MEETINGS, 0.0)

    def play_day(self, day: int, games: int, evenness: float) -> tuple[npt.NDArray[np.generic], ...]:
        teams = self._pick(2 * games, evenness)
        one, other = self._pair(teams)
        tired = self.gap == 1
        lean = self.home_balance[one] - self.home_balance[other] + 0.5 * (tired[one] & ~tired[other])
        lean = lean - 0.5 * (tired[other] & ~tired[one])
        swap = lean + 0.25 * self.rng.choice([-1.0, 1.0], games) > 0
        home, away = np.where(swap, other, one), np.where(swap, one, other)
        self._record(teams, home, away)
        return np.full(games, day), home, away, tired[home], tired[away]

    def _pick(self, count: int, evenness: float) -> Integers:
        worth = REST_WORTH[np.minimum(self.gap, len(REST_WORTH) - 1)] - evenness * self.played
        worth += self.rng.random(len(worth)) + THIRD_IN_A_ROW * ((self.gap == 1) & (self.running > 1))
        return np.argsort(-worth, kind="stable")[:count]

    def _pair(self, teams: Integers) -> tuple[Integers, Integers]:
        """Of a few random pairings, the one of teams that have met least."""
        orders = teams[np.argsort(self.rng.random((PAIRINGS_TRIED, len(teams))), axis=1, kind="stable")]
        one, other = orders[:, ::2], orders[:, 1::2]
        best = int(np.argmin(self.met[one, other].sum(axis=1)))
        return one[best], other[best]

    def _record(self, teams: Integers, home: Integers, away: Integers) -> None:
        self.met[home, away] += 1
        self.met[away, home] += 1
        self.home_balance[home] += 1
        self.home_balance[away] -= 1
        self.played[teams] += 1
        self.running[teams] += 1
        self.gap += 1
        self.gap[teams] = 1
        self.running[self.gap > 1] = 0
