"""Sixteen teams, four rounds, conference by conference; the better record has the home court."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from courtside.datasets.simulation.schedule import Integers
from courtside.datasets.simulation.scores import Points

SEEDS = 8
BRACKET = np.array([0, 7, 3, 4, 2, 5, 1, 6])  # neighbours meet, then the winners of neighbours
BETTER_AT_HOME = np.array([True, True, False, False, True, False, True])
DAYS_BETWEEN_GAMES = 2
DAYS_BETWEEN_ROUNDS = 4
LAST_SHORT_FIRST_ROUND = 2002  # first rounds were best of five until then

Play = Callable[[Integers, Integers, Integers], tuple[Points, Points]]


@dataclass(frozen=True, slots=True)
class PlayoffGames:
    """Playoff games: day from 0 at the first, team positions and points."""

    day: Integers
    home: Integers
    away: Integers
    home_points: Points
    away_points: Points


def play_playoffs(season: int, *, rank: Integers, conference: Integers, play: Play) -> PlayoffGames:
    """Play all rounds.

    `rank` is each team's place by record (0 the best); `play(day, home, away)` returns the points, for
    arrays of shape (series, games).
    """
    order = np.argsort(rank, kind="stable")
    field = np.concatenate([order[conference[order] == side][:SEEDS][BRACKET] for side in (0, 1)])
    rounds, day = [], 0
    while len(field) > 1:
        length = 5 if len(field) == 2 * SEEDS and season <= LAST_SHORT_FIRST_ROUND else 7
        games, field = _play_round(field, day=day, length=length, rank=rank, play=play)
        rounds.append(games)
        day = int(games[0].max()) + DAYS_BETWEEN_ROUNDS
    return PlayoffGames(*(np.concatenate(column) for column in zip(*rounds, strict=True)))


def _play_round(
    field: Integers, *, day: int, length: int, rank: Integers, play: Play
) -> tuple[tuple[npt.NDArray[np.generic], ...], Integers]:
    pairs = field.reshape(-1, 2)
    first = rank[pairs[:, 0]] < rank[pairs[:, 1]]
    better = np.where(first, pairs[:, 0], pairs[:, 1])[:, None]
    worse = np.where(first, pairs[:, 1], pairs[:, 0])[:, None]
    hosts = BETTER_AT_HOME[None, :length]
    home, away = np.where(hosts, better, worse), np.where(hosts, worse, better)
    starts = day + np.arange(len(pairs))[:, None] % 2  # half the series open a day later
    days = starts + DAYS_BETWEEN_GAMES * np.arange(length)
    home_points, away_points = play(days, home, away)
    won = ((home_points > away_points) == hosts).cumsum(axis=1)
    lost = np.arange(1, length + 1) - won
    enough = length // 2 + 1
    decided = (won == enough) | (lost == enough)
    played = np.arange(length) <= decided.argmax(axis=1)[:, None]
    winners = np.where(won[:, -1] >= enough, better[:, 0], worse[:, 0])
    return tuple(part[played] for part in (days, home, away, home_points, away_points)), winners
