"""The NBA features equal their definition, and no feature depends on a game's own score or on later games."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.features import build_features, build_nba_features
from courtside.core.features.nba import ROLLING_GAMES
from courtside.datasets.catalog import load_dataset

TEAMS = ["ATL", "BOS", "CHI", "DEN", "LAL", "MIA"]
DATASET = load_dataset("nba_games")


def schedule(seed: int, days: int = 60) -> pa.Table:
    """Return a small league: about three games a day among six teams, over two seasons."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(days):
        day = date(2010, 10, 26) + timedelta(days=number + (300 if number >= days // 2 else 0))
        if rng.random() < 0.3:
            continue
        teams = list(rng.permutation(TEAMS))
        for home, away in zip(teams[:3], teams[3:], strict=True):
            if rng.random() < 0.4:
                continue
            home_points, away_points = (int(p) for p in rng.choice(np.arange(80, 130), 2, replace=False))
            rows.append(
                (f"{day:%Y%m%d}{home}{away}", day, 2011 + (number >= days // 2), home, away, home_points, away_points)
            )
    names = ["game_id", "game_date", "season", "home_team", "away_team", "home_points", "away_points"]
    return pa.table({name: [row[i] for row in rows] for i, name in enumerate(names)})


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


@given(st.integers(0, 10_000), st.data())
@settings(max_examples=25, deadline=None)
def test_no_feature_depends_on_the_score_of_its_game_or_on_later_games(seed: int, data: st.DataObject) -> None:
    games = schedule(seed).sort_by([("game_date", "ascending"), ("game_id", "ascending")])
    at = data.draw(st.integers(0, games.num_rows - 1))
    known = build_nba_features(games)
    day = games.column("game_date")[at].as_py()
    changed = games.to_pylist()
    for row in changed[at:]:
        if row["game_date"] >= day:
            row["home_points"], row["away_points"] = row["away_points"] + 37, row["home_points"] + 11
    later_removed = [row for row in changed if row["game_date"] <= day]
    after = build_nba_features(pa.Table.from_pylist(later_removed, schema=games.schema))
    until = [row for row in known.to_pylist() if row["game_date"] <= day]
    names = ["game_id", *DATASET.feature_names]
    assert [[row[n] for n in names] for row in after.to_pylist()] == [[row[n] for n in names] for row in until]


def test_a_game_of_a_team_without_history_is_left_out() -> None:
    games = schedule(1)
    built = set(build_nba_features(games).column("game_id").to_pylist())
    ordered = games.sort_by([("game_date", "ascending"), ("game_id", "ascending")])
    assert ordered.column("game_id")[0].as_py() not in built


def test_the_order_of_the_input_changes_nothing() -> None:
    games = schedule(3)
    shuffled = games.take(np.random.default_rng(0).permutation(games.num_rows))
    assert build_nba_features(shuffled).equals(build_nba_features(games))


def test_every_feature_of_the_contract_is_built_and_free_of_nan() -> None:
    built = build_features(schedule(5), dataset=DATASET)
    for name in DATASET.feature_names:
        assert np.isfinite(built.column(name).to_numpy()).all()
    assert len(DATASET.feature_names) == 16


def test_teams_may_be_dictionary_encoded() -> None:
    games = schedule(7)
    encoded = games
    for name in ("home_team", "away_team"):
        index = encoded.column_names.index(name)
        encoded = encoded.set_column(index, name, encoded.column(name).dictionary_encode())
    built, expected = build_nba_features(encoded), build_nba_features(games)
    assert [built[name].to_pylist() for name in built.column_names] == [column.to_pylist() for column in expected]


@given(st.integers(0, 10_000), st.data())
@settings(max_examples=25, deadline=None)
def test_a_game_has_the_same_features_before_its_score_is_known(seed: int, data: st.DataObject) -> None:
    """What is served on the day of a game is what is trained on once it was played, to the bit."""
    games = schedule(seed).sort_by([("game_date", "ascending"), ("game_id", "ascending")])
    day = data.draw(st.sampled_from(games.column("game_date").to_pylist()))
    names = ["game_id", *DATASET.feature_names]
    trained = {row["game_id"]: row for row in build_nba_features(games).to_pylist() if row["game_date"] == day}
    served = [row for row in build_nba_features(without_scores(games, day)).to_pylist() if row["game_date"] == day]
    assert [[row[n] for n in names] for row in served] == [[row[n] for n in names] for row in trained.values()]
    assert {row["home_win"] for row in served} <= {None}


def without_scores(games: pa.Table, day: date) -> pa.Table:
    """Return games as they are in the morning of a day: those from then on have no score yet."""
    rows = games.to_pylist()
    for row in rows:
        if row["game_date"] >= day:
            row["home_points"] = row["away_points"] = None
    return pa.Table.from_pylist(rows, schema=games.schema)


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
