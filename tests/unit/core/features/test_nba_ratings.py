"""Ratings equal their definitions, and what a schedule says is where teams were and when."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.features import build_nba_ratings
from courtside.core.features import margin_ratings as filtering
from courtside.core.features.arenas import home_places, is_neutral
from courtside.core.features.elo import elo_ratings
from courtside.core.features.margin_ratings import margin_ratings
from courtside.core.features.matchups import Matchups
from tests.fakes.small_league import TEAMS, schedule

FIRST = date(2010, 10, 26)


def games_of(*played: tuple[date, str, str, int | None]) -> pa.Table:
    """Return games of (day, home, away, margin), with 100 points for the loser."""
    rows = [
        {
            "game_id": f"{day:%Y%m%d}{home}{away}",
            "game_date": day,
            "season": day.year + (day.month > 8),
            "home_team": home,
            "away_team": away,
            "home_points": None if margin is None else 100 + max(margin, 0),
            "away_points": None if margin is None else 100 - min(margin, 0),
            "is_playoff": False,
        }
        for day, home, away, margin in played
    ]
    return pa.Table.from_pylist(rows, schema=schedule(0).schema)


def built(*played: tuple[date, str, str, int | None]) -> dict[str, Any]:
    """Return the features of the last game."""
    row: dict[str, Any] = build_nba_ratings(games_of(*played)).to_pylist()[-1]
    return row


def at(day: int) -> date:
    return FIRST + timedelta(days=day)


def test_elo_follows_the_published_recipe() -> None:
    matchups = Matchups.of(games_of((at(0), "BOS", "MIA", 10), (at(2), "MIA", "BOS", 3), (at(400), "BOS", "MIA", 1)))
    home, away = elo_ratings(matchups)
    assert (home[0], away[0]) == (1500.0, 1500.0)
    gained = 20 * 13**0.8 / (7.5 + 0.006 * 100) * (1 - 1 / (1 + 10 ** (-100 / 400)))
    assert (home[1], away[1]) == pytest.approx((1500 - gained, 1500 + gained))
    favour = -2 * gained + 100
    back = 20 * 6**0.8 / (7.5 + 0.006 * favour) * (1 - 1 / (1 + 10 ** (-favour / 400)))
    boston, miami = 1500 + gained - back, 1500 - gained + back
    assert (home[2], away[2]) == pytest.approx((boston + (1505 - boston) / 4, miami + (1505 - miami) / 4))


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_what_one_side_gains_by_elo_the_other_loses(seed: int) -> None:
    games = schedule(seed)
    season = [row for row in games.to_pylist() if row["season"] == 2011]
    played = [(row["game_date"], row["home_team"], row["away_team"], row["home_points"] - 100) for row in season]
    to_come = [(at(150), home, away, None) for home, away in zip(TEAMS[:3], TEAMS[3:], strict=True)]
    ratings = elo_ratings(Matchups.of(games_of(*played, *to_come)))
    assert sum(side[-3:].sum() for side in ratings) == pytest.approx(1500 * len(TEAMS))
    assert min(side[-3:].min() for side in ratings) < 1500


def plain_filter(games: pa.Table, tired: Any) -> list[tuple[float, float]]:
    """Return expected margins and their errors by the textbook's formulas, one day at a time."""
    number = {team: place for place, team in enumerate(TEAMS)}
    size = 3 + 2 * len(TEAMS)
    mean = np.zeros(size)
    mean[:3] = filtering.HOME, -filtering.TIRED, filtering.TIRED
    variance = [filtering.HOME_VARIANCE, *[filtering.TIRED_VARIANCE] * 2, *[filtering.TEAM_VARIANCE] * 6]
    covariance = np.diag([*variance, *[filtering.OWN_HOME_VARIANCE] * 6])
    found, before = [], None
    rows = games.to_pylist()
    for day in sorted({row["game_date"] for row in rows}):
        today = [place for place, row in enumerate(rows) if row["game_date"] == day]
        season = rows[today[0]]["season"]
        noise, move = np.zeros(size), np.eye(size)
        if before is not None and before[1] == season:
            noise[0], noise[3:9] = [
                rate * (day - before[0]).days for rate in (filtering.HOME_DRIFT, filtering.TEAM_DRIFT)
            ]
        elif before is not None:
            move = np.diag([1.0] * 3 + [filtering.KEPT] * 6 + [filtering.OWN_HOME_KEPT] * 6)
            noise[0], noise[3:9] = filtering.HOME_NEW_SEASON, filtering.NEW_SEASON_VARIANCE
            noise[9:] = filtering.OWN_HOME_VARIANCE * (1 - filtering.OWN_HOME_KEPT**2)
        mean, covariance, before = move @ mean, move @ covariance @ move.T + np.diag(noise), (day, season)
        seen = np.zeros((len(today), size))
        for line, place in zip(seen, today, strict=True):
            home, away = number[rows[place]["home_team"]], number[rows[place]["away_team"]]
            line[[0, 1, 2]] = 1, tired[0][place], tired[1][place]
            line[3 + home], line[3 + away], line[9 + home] = 1, -1, 1
        expected, among = seen @ mean, seen @ covariance @ seen.T
        found += list(zip(expected.tolist(), np.sqrt(np.diag(among)).tolist(), strict=True))
        margins = np.array([rows[place]["home_points"] - rows[place]["away_points"] for place in today])
        bent = filtering.LARGEST * np.tanh(margins / filtering.LARGEST)
        gain = covariance @ seen.T @ np.linalg.inv(among + filtering.NOISE * np.eye(len(today)))
        mean, covariance = mean + gain @ (bent - expected), covariance - gain @ seen @ covariance
    return found


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_margin_ratings_are_those_of_a_kalman_filter(seed: int) -> None:
    games = schedule(seed).sort_by([("game_date", "ascending"), ("game_id", "ascending")])
    rng = np.random.default_rng(seed)
    tired = tuple(rng.integers(0, 2, games.num_rows).astype(np.float64) for _ in range(2))
    rated = margin_ratings(Matchups.of(games), tired=(tired[0], tired[1]), neutral=np.zeros(games.num_rows))
    known = np.array(plain_filter(games, tired))
    assert rated.expected_margin == pytest.approx(known[:, 0], abs=1e-8)
    assert rated.uncertainty == pytest.approx(known[:, 1], abs=1e-8)


def test_what_is_known_of_a_team_grows_with_its_games_and_fades_over_summer() -> None:
    days = [at(day) for day in range(0, 80, 2)]
    season = [(day, "BOS", "MIA", 8) for day in days]
    found = build_nba_ratings(games_of(*season, (at(365), "BOS", "MIA", None))).to_pylist()
    errors = [row["rating_uncertainty"] for row in found]
    assert all(later < earlier for earlier, later in pairwise(errors[:10]))
    assert errors[-1] > errors[-2]
    assert 3.9 < found[0]["expected_margin"] < found[-2]["expected_margin"] < 10
    assert found[-1]["expected_margin"] < found[-2]["expected_margin"]


def test_nobody_is_at_home_in_the_bubble() -> None:
    history = [(date(2020, 2, day), home, away, 5) for day, home, away in ((1, "BOS", "MIA"), (3, "MIA", "BOS"))]
    at_home = built(*history, (date(2020, 3, 5), "BOS", "MIA", None))
    neutral = built(*history, (date(2020, 8, 5), "BOS", "MIA", None))
    assert at_home["expected_margin"] - neutral["expected_margin"] > 3.5
    assert neutral["home_travel_km"] == neutral["away_travel_km"] == pytest.approx(315, abs=10)  # both came from Miami
    mirrored = built(*history, (date(2020, 8, 5), "MIA", "BOS", None))
    assert mirrored["expected_margin"] == pytest.approx(-neutral["expected_margin"])
    days = [(date(2020, month, 1) - date(1970, 1, 1)).days for month in (3, 8, 12)]
    assert is_neutral(np.array(days)).tolist() == [False, True, False]


def test_travel_is_from_where_a_team_played_last_or_from_home_before_that() -> None:
    first, second = (at(0), "LAL", "MIA", 1), (at(3), "DEN", "MIA", 1)
    row = built((at(-200), "DEN", "LAL", 1), first, second, (at(5), "DEN", "MIA", None))
    assert (row["home_travel_km"], row["away_travel_km"]) == (0.0, 0.0)
    assert row["away_time_zones"] == -2.0
    row = built((at(-200), "DEN", "LAL", 1), first, second)
    assert row["home_travel_km"] == 0.0  # the season's first game begins at home, wherever the last season ended
    assert row["away_travel_km"] == pytest.approx(1340, abs=20)  # Los Angeles to Denver, not from Miami


@pytest.mark.parametrize(
    ("team", "season", "hours", "latitude"),
    [
        ("OKC", 2008, -8, 47.6),
        ("OKC", 2009, -6, 35.5),
        ("MEM", 2001, -8, 49.3),
        ("NOP", 2007, -6, 35.5),
        ("NOP", 2008, -6, 30.0),
    ],
)
def test_teams_moved(team: str, season: int, hours: int, latitude: float) -> None:
    place = home_places(np.array([team], object), np.array([season]))
    assert (place.hours[0], place.latitude[0]) == (hours, pytest.approx(latitude, abs=0.1))


def test_a_team_that_is_not_the_nbas_has_no_place_and_everything_else() -> None:
    row = built((at(0), "BOS", "XYZ", 3), (at(2), "BOS", "XYZ", None))
    assert np.isnan(row["away_time_zones"])
    assert np.isfinite([row["expected_margin"], row["away_rest_days"], row["home_travel_km"]]).all()


def test_density_counts_the_seven_days_before_and_form_the_games_of_the_season() -> None:
    days = (-300, 0, 2, 3, 5, 7, 9)
    row = built(*((at(day), "BOS", "MIA", 4 if day == 9 else day + 1) for day in days), (at(10), "MIA", "BOS", None))
    assert (row["home_games_last_week"], row["away_games_last_week"]) == (4.0, 4.0)  # of days 3, 5, 7 and 9
    assert row["away_recent_margin"] == pytest.approx(np.mean([1, 3, 4, 6, 8, 4]))
    assert row["home_recent_margin"] == -row["away_recent_margin"]
    assert (row["home_back_to_back"], row["home_rest_days"]) == (1.0, 0.0)
    assert built(*((at(day), "BOS", "MIA", 1) for day in (-300, 0)))["home_recent_margin"] == 0.0


def test_the_season_phase_and_the_playoffs_are_said() -> None:
    rows = games_of((at(0), "BOS", "MIA", 3), (date(2011, 1, 5), "BOS", "MIA", 3), (date(2011, 5, 1), "BOS", "MIA", 3))
    flags = pa.array([False, False, True])
    rows = rows.set_column(rows.column_names.index("is_playoff"), "is_playoff", flags)
    found = build_nba_ratings(rows).to_pylist()
    assert [(row["season_phase"], row["is_playoff"]) for row in found] == [(1.0, 0.0), (2.0, 1.0)]
