"""Simulated games have the promised calendar, scoring levels, home advantage and regime changes, and no others."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from courtside.core.features.builders.nba import build_nba_features
from courtside.core.games import validate_games
from courtside.datasets.simulated import ALL_SEASONS, simulate_games
from courtside.datasets.simulation.league import FRANCHISES, POINTS_PER_GAME
from courtside.datasets.simulation.season_calendar import season_calendar

SCORING = ("home_rolling_ppg", "home_rolling_papg", "away_rolling_ppg", "away_rolling_papg")
BINARY = ("home_back_to_back", "away_back_to_back", "is_weekend")
KEYS = ("game_id", "game_date", "season", "home_team", "away_team", "home_win")
REFERENCE, QUIET, CHANGED = (2008, 2009, 2010), 2011, 2019
Column = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def games() -> pa.Table:
    return simulate_games()


@pytest.fixture(scope="module")
def features(games: pa.Table) -> dict[str, npt.NDArray[Any]]:
    table = build_nba_features(games)
    return {name: table[name].to_numpy() for name in table.column_names}


def columns(games: pa.Table) -> dict[str, npt.NDArray[Any]]:
    return {name: games[name].to_numpy(zero_copy_only=False) for name in games.column_names}


def seasons(games: pa.Table, *, playoffs: bool = False) -> Iterator[tuple[int, dict[str, npt.NDArray[Any]]]]:
    every = columns(games)
    for season in ALL_SEASONS:
        picked = (every["season"] == season) & (every["is_playoff"] == playoffs)
        yield season, {name: values[picked] for name, values in every.items()}


def test_all_simulated_seasons_are_valid_with_nothing_set_aside(games: pa.Table) -> None:
    checked = validate_games(games)
    assert checked.table.equals(games)
    assert checked.quarantined.num_rows == checked.out_of_order == 0
    assert 54_000 < games.num_rows < 57_000


def test_every_team_plays_all_its_games_and_half_of_them_at_home(games: pa.Table) -> None:
    for season, part in seasons(games):
        teams, home = np.unique(part["home_team"], return_counts=True)
        away = np.unique(part["away_team"], return_counts=True)[1]
        assert set(teams) == {team.code for team in FRANCHISES if team.plays(season)}
        if season == 2020:
            continue
        assert set(home + away) == {{1999: 50, 2012: 66, 2021: 72}.get(season, 82)}, season
        assert np.abs(home - away).max() <= 2


def test_scoring_follows_the_published_averages(games: pa.Table) -> None:
    for season, part in seasons(games):
        level = (part["home_points"].mean() + part["away_points"].mean()) / 2
        assert level == pytest.approx(POINTS_PER_GAME[season], abs=0.2)


@pytest.mark.parametrize(
    ("decade", "share", "edge"),
    [(1980, 0.635, 4.6), (1990, 0.61, 3.7), (2000, 0.60, 3.2), (2010, 0.585, 2.8), (2020, 0.555, 1.8)],
)
def test_the_home_advantage_declines_over_the_decades(games: pa.Table, decade: int, share: float, edge: float) -> None:
    every = columns(games)
    picked = (every["season"] // 10 * 10 == decade) & ~every["is_playoff"]
    margin = every["home_points"].astype(float)[picked] - every["away_points"][picked]
    assert (margin > 0).mean() == pytest.approx(share, abs=0.02)
    assert margin.mean() == pytest.approx(edge, abs=0.6)


def test_lockouts_the_bubble_and_the_late_start_happen_in_their_seasons(games: pa.Table) -> None:
    opening = {season: str(part["game_date"].min())[:10] for season, part in seasons(games)}
    assert opening[1999] == "1999-02-05"
    assert opening[2012] == "2011-12-25"
    assert opening[2021] == "2020-12-22"
    days = {season: part["game_date"].astype("datetime64[D]") for season, part in seasons(games)}
    assert np.diff(np.unique(days[2020])).max().astype(int) > 130
    ordinary = [season for season in ALL_SEASONS if season not in (1999, 2012, 2021)]
    assert {opening[season][5:7] for season in ordinary} == {"10", "11"}


def test_playoffs_are_series_that_the_stronger_team_usually_wins(games: pa.Table) -> None:
    better_won = series = 0
    regular, late = dict(seasons(games)), dict(seasons(games, playoffs=True))
    for season in ALL_SEASONS:
        wins = _wins(regular[season])
        for pair, won in _series(late[season]).items():
            series += 1
            assert max(won.values()) in ((3, 4) if season <= 2002 else (4,)), (season, pair)
            better, worse = sorted(pair, key=lambda team: -wins[team])
            better_won += won.get(better, 0) > won.get(worse, 0)
    assert series == 15 * len(ALL_SEASONS)
    assert 0.62 < better_won / series < 0.85


def _winners(part: dict[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return np.where(part["home_points"] > part["away_points"], part["home_team"], part["away_team"])


def _wins(part: dict[str, npt.NDArray[Any]]) -> dict[str, int]:
    return dict(zip(*np.unique(_winners(part).astype(str), return_counts=True), strict=True))


def _series(part: dict[str, npt.NDArray[Any]]) -> dict[frozenset[str], dict[str, int]]:
    found: dict[frozenset[str], dict[str, int]] = {}
    for home, away, winner in zip(part["home_team"], part["away_team"], _winners(part), strict=True):
        won = found.setdefault(frozenset((home, away)), {})
        won[winner] = won.get(winner, 0) + 1
    return found


def test_rest_days_are_distributed_as_in_published_schedules(features: dict[str, npt.NDArray[Any]]) -> None:
    rest = np.concatenate([features["home_rest_days"], features["away_rest_days"]])
    assert 0.20 < (rest == 0).mean() < 0.30
    assert (rest <= 4).mean() > 0.96
    assert rest.min() == 0


def flagged(features: dict[str, npt.NDArray[Any]], season: int) -> set[str]:
    """Return the features with a PSI above 0.2 or a KS above 0.1, or for binary ones a chi-squared p below 0.05."""
    reference = np.isin(features["season"], REFERENCE)
    current = features["season"] == season
    pairs = {n: (v[reference].astype(float), v[current].astype(float)) for n, v in features.items() if n not in KEYS}
    return {name for name, pair in pairs.items() if _drifted(name, *pair)}


def _drifted(name: str, reference: Column, current: Column) -> bool:
    if name in BINARY:
        table = [[(side == value).sum() for value in (0, 1)] for side in (reference, current)]
        return bool(stats.chi2_contingency(np.array(table)).pvalue < 0.05)
    return bool(psi(reference, current) > 0.2 or stats.ks_2samp(reference, current).statistic > 0.1)


def psi(reference: Column, current: Column) -> float:
    inner = np.unique(np.quantile(reference, np.arange(1, 10) / 10))
    p, q = (np.bincount(np.searchsorted(inner, side), minlength=len(inner) + 1) for side in (reference, current))
    p, q = p / p.sum() + 1e-6, q / q.sum() + 1e-6
    return float(((p - q) * np.log(p / q)).sum())


def test_no_feature_drifts_in_the_quiet_season(features: dict[str, npt.NDArray[Any]]) -> None:
    assert flagged(features, QUIET) == set()


def test_the_scoring_features_drift_in_the_changed_season(features: dict[str, npt.NDArray[Any]]) -> None:
    """Back-to-backs may drift too, because they became rarer when the schedule grew by a week in 2017-18."""
    found = flagged(features, CHANGED)
    assert set(SCORING) <= found <= {*SCORING, "home_back_to_back", "away_back_to_back"}
    reference = np.isin(features["season"], REFERENCE)
    for name in SCORING:
        changed = features[name][features["season"] == CHANGED]
        assert stats.ks_2samp(features[name][reference], changed).statistic > 0.25


@pytest.mark.parametrize("seed", [0, 11, 2026])
def test_the_quiet_and_the_changed_season_behave_so_for_other_seeds(seed: int) -> None:
    table = build_nba_features(simulate_games(seed, seasons=(2007, *REFERENCE, QUIET, 2018, CHANGED)))
    features = {name: table[name].to_numpy() for name in table.column_names}
    assert flagged(features, QUIET) == set()
    assert set(SCORING) <= flagged(features, CHANGED)


def test_simulated_games_are_as_predictable_as_real_ones(features: dict[str, npt.NDArray[Any]]) -> None:
    names = [name for name in features if name not in KEYS]
    rows = np.column_stack([features[name] for name in names])[-43_485:]
    won = features["home_win"][-43_485:]
    cut = int(len(won) * 0.8)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows[:cut], won[:cut])
    assert 0.65 < roc_auc_score(won[cut:], model.predict_proba(rows[cut:])[:, 1]) < 0.69


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**63), season=st.sampled_from(ALL_SEASONS))
def test_a_season_depends_only_on_its_seed(seed: int, season: int) -> None:
    alone = simulate_games(seed, seasons=[season])
    beside = simulate_games(seed, seasons={season, min(season + 1, 2025), 1980})
    picked = pa.array(beside["season"].to_numpy() == season)
    assert alone.equals(beside.filter(picked).combine_chunks())
    assert not alone.equals(simulate_games(seed + 1, seasons=[season]))
    assert validate_games(alone).quarantined.num_rows == 0


@pytest.mark.parametrize("season", ALL_SEASONS)
def test_no_day_has_more_games_than_teams_allow(season: int) -> None:
    teams = sum(team.plays(season) for team in FRANCHISES)
    for stretch in season_calendar(season, teams=teams).stretches:
        assert stretch.games.min() >= 0
        assert stretch.games.max() <= (stretch.teams or teams) // 2


def test_seasons_without_published_figures_are_refused() -> None:
    with pytest.raises(ValueError, match="1979"):
        simulate_games(seasons=[1979])
    assert simulate_games(seasons=[]).num_rows == 0
