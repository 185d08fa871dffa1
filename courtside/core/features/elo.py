"""Elo ratings of teams, updated by who won, by how much, and where.

The recipe is the one that FiveThirtyEight published for the NBA ("How We Calculate NBA Elo Ratings", 2015): K is 20,
the home side is taken to be 100 points better, wins by more count for more, but less so where the winner was expected
to win, and a quarter of the way back to 1505 is gone before a team's first game of a season.
"""

import numpy as np

from courtside.core.features.arrays import Floats
from courtside.core.features.matchups import Matchups

FIRST_RATING = 1500.0
K = 20.0
HOME_ADVANTAGE = 100.0
MEAN_RATING, BACK_TO_MEAN = 1505.0, 0.25
SPREAD = 400.0
"""A side that is so many points better wins ten times as often as it loses."""


def elo_ratings(games: Matchups) -> tuple[Floats, Floats]:
    """Return the ratings of home and away side before each game, each shape (n,).

    Games of one day do not see each other's results.
    """
    rating, seen = [FIRST_RATING] * games.teams, [-1] * games.teams
    before = np.empty((2, games.home.size))
    sides = list(zip(games.home.tolist(), games.away.tolist(), games.season.tolist(), strict=True))
    margins, played = games.margin.tolist(), games.played.tolist()
    for day in games.by_day():
        for game in range(day.start, day.stop):
            home, away, season = sides[game]
            for team in (home, away):
                if seen[team] != season:
                    rating[team] += BACK_TO_MEAN * (MEAN_RATING - rating[team]) if seen[team] >= 0 else 0.0
                    seen[team] = season
            before[:, game] = rating[home], rating[away]
        for game in range(day.start, day.stop):
            if played[game]:
                home, away, _ = sides[game]
                won = _gained(before[0, game] - before[1, game] + HOME_ADVANTAGE, margins[game])
                rating[home] += won
                rating[away] -= won
    return before[0], before[1]


def _gained(difference: float, margin: float) -> float:
    """Return what the home side gains by a game that it won by `margin`, being better by `difference` points."""
    won = margin > 0
    expected = 1 / (1 + 10 ** (-difference / SPREAD))
    favour = difference if won else -difference
    weight = (abs(margin) + 3) ** 0.8 / (7.5 + 0.006 * favour)
    return K * float(weight * (won - expected))
