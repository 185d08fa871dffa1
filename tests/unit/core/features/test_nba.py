"""The NBA features equal their definition."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.features import build_nba_features
from courtside.core.features.builders.nba import ROLLING_GAMES
from tests.fakes.small_league import TEAMS, schedule, without_scores


def plain(games: pa.Table) -> dict[str, dict[str, float]]:
    """Return the features as their definition gives them, computed slowly one game at a time."""
    history: dict[str, list[tuple[date, int, int, int]]] = {team: [] for team in TEAMS}
    expected = {}
    for game in sorted(games.to_pylist(), key=lambda g: (g["game_date"], g["game_id"])):
        row: dict[str, float] = {}
        for side in ("home", "away"):
            past = history[game[f"{side}_team"]]
            last = past[-ROLLING_GAMES:]
            if last:
                row[f"{side}_rolling_win_pct"] = float(np.mean([s > a for _, _, s, a in last]))
                row[f"{side}_rolling_ppg"] = float(np.mean([s for _, _, s, _ in last]))
                row[f"{side}_rolling_papg"] = float(np.mean([a for _, _, _, a in last]))
                row[f"{side}_rolling_margin"] = float(np.mean([s - a for _, _, s, a in last]))
            opening = not past or past[-1][1] != game["season"]
            rest = 7 if opening else min(7, (game["game_date"] - past[-1][0]).days - 1)
            row[f"{side}_rest_days"] = rest
            row[f"{side}_back_to_back"] = float(rest == 0)
        month, weekday = game["game_date"].month, game["game_date"].weekday()
        row |= {"month": month, "day_of_week": weekday, "is_weekend": float(weekday >= 5)}
        row["season_phase"] = 0 if month >= 10 else 1 if month <= 2 else 2
        if len(row) == 16:
            expected[game["game_id"]] = row
        for side, other in (("home", "away"), ("away", "home")):
            seen = (game["game_date"], game["season"], game[f"{side}_points"], game[f"{other}_points"])
            history[game[f"{side}_team"]].append(seen)
    return expected


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_vectorized_features_equal_the_definition_game_by_game(seed: int) -> None:
    games = schedule(seed)
    built = {row["game_id"]: row for row in build_nba_features(games).to_pylist()}
    expected = plain(games)
    assert built.keys() == expected.keys()
    for game_id, row in expected.items():
        assert {name: built[game_id][name] for name in row} == pytest.approx(row, abs=1e-12)


def test_games_without_a_score_count_for_rest_and_for_nothing_else() -> None:
    games = schedule(2)
    days = sorted(set(games.column("game_date").to_pylist()))
    morning = days[len(days) // 4]
    built = {row["game_id"]: row for row in build_nba_features(without_scores(games, morning)).to_pylist()}
    played = [row for row in games.to_pylist() if row["game_date"] < morning]
    for row in games.to_pylist():
        if row["game_date"] < morning or row["game_id"] not in built:
            continue
        last = [r for r in played if row["home_team"] in {r["home_team"], r["away_team"]}][-ROLLING_GAMES:]
        points = [r["home_points"] if r["home_team"] == row["home_team"] else r["away_points"] for r in last]
        assert built[row["game_id"]]["home_rolling_ppg"] == pytest.approx(float(np.mean(points)))
        before = [
            r["game_date"]
            for r in games.to_pylist()
            if row["home_team"] in {r["home_team"], r["away_team"]} and r["game_date"] < row["game_date"]
        ]
        rest = min(7, (row["game_date"] - max(before)).days - 1)
        assert built[row["game_id"]]["home_rest_days"] == rest or rest == 7
