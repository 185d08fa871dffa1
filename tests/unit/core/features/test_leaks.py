"""No builder's features depend on a game's own score, on its day's or on later games."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.dataset import Dataset
from courtside.core.features import build_features
from courtside.core.features.builders import REGISTRY, Builder, BuilderTwice, builders_in
from courtside.datasets.catalog import load_dataset
from tests.fakes.small_league import schedule, without_scores

CONTRACTS = {each.builder: each for each in (load_dataset("nba_games"), load_dataset("nba_ratings"))}
BUILDERS = [pytest.param(REGISTRY[name], id=name) for name in sorted(REGISTRY)]
SHIPPED = [pytest.param(CONTRACTS[name], id=name) for name in sorted(REGISTRY)]


def known_of(games: pa.Table, builder: Builder) -> list[dict[str, Any]]:
    """Return all that a builder says of games, but for who won them."""
    return [{**row, "home_win": None} for row in builder.build(games).to_pylist()]


@pytest.mark.parametrize("builder", BUILDERS)
@given(st.integers(0, 10_000), st.data())
@settings(max_examples=25, deadline=None)
def test_no_feature_depends_on_the_score_of_its_game_or_on_later_games(
    builder: Builder, seed: int, data: st.DataObject
) -> None:
    games = schedule(seed).sort_by([("game_date", "ascending"), ("game_id", "ascending")])
    day = games.column("game_date")[data.draw(st.integers(0, games.num_rows - 1))].as_py()
    changed = games.to_pylist()
    for row in changed:
        if row["game_date"] >= day:
            row["home_points"], row["away_points"] = row["away_points"] + 37, row["home_points"] + 11
    later_removed = [row for row in changed if row["game_date"] <= day]
    after = known_of(pa.Table.from_pylist(later_removed, schema=games.schema), builder)
    assert after == [row for row in known_of(games, builder) if row["game_date"] <= day]


@pytest.mark.parametrize("builder", BUILDERS)
@given(st.integers(0, 10_000), st.data())
@settings(max_examples=25, deadline=None)
def test_a_game_has_the_same_features_before_its_score_is_known(
    builder: Builder, seed: int, data: st.DataObject
) -> None:
    """What is served on the day of a game is what is trained on once it was played, to the bit."""
    games = schedule(seed).sort_by([("game_date", "ascending"), ("game_id", "ascending")])
    day = data.draw(st.sampled_from(games.column("game_date").to_pylist()))
    trained = [row for row in known_of(games, builder) if row["game_date"] == day]
    built = builder.build(without_scores(games, day))
    assert [row for row in built.to_pylist() if row["game_date"] == day] == trained  # `home_win` is None there, too


@pytest.mark.parametrize("builder", BUILDERS)
def test_an_earlier_score_matters_to_the_games_after_it(builder: Builder) -> None:
    """Without this the tests above would pass for features that look at nothing."""
    games = schedule(4).sort_by([("game_date", "ascending"), ("game_id", "ascending")])
    rows = games.to_pylist()
    rows[40]["home_points"] = rows[40]["away_points"] + 40
    before, after = known_of(games, builder), known_of(pa.Table.from_pylist(rows, schema=games.schema), builder)
    day = rows[40]["game_date"]
    assert [row for row in before if row["game_date"] > day] != [row for row in after if row["game_date"] > day]


@pytest.mark.parametrize("builder", BUILDERS)
def test_the_order_of_the_input_changes_nothing(builder: Builder) -> None:
    games = schedule(3)
    shuffled = games.take(np.random.default_rng(0).permutation(games.num_rows))
    assert builder.build(shuffled).equals(builder.build(games))


@pytest.mark.parametrize("builder", BUILDERS)
def test_a_game_of_a_team_without_history_is_left_out(builder: Builder) -> None:
    games = schedule(1).sort_by([("game_date", "ascending"), ("game_id", "ascending")])
    built = set(builder.build(games).column("game_id").to_pylist())
    seen: set[str] = set()
    for row in games.to_pylist():
        sides = {row["home_team"], row["away_team"]}
        assert (row["game_id"] in built) == (sides <= seen)
        seen |= sides


@pytest.mark.parametrize("builder", BUILDERS)
def test_a_table_without_games_has_no_features(builder: Builder) -> None:
    games = schedule(1)
    built = builder.build(games.slice(0, 0))
    assert built.num_rows == 0
    assert built.column_names == builder.build(games).column_names


@pytest.mark.parametrize("builder", BUILDERS)
def test_teams_may_be_dictionary_encoded(builder: Builder) -> None:
    games = encoded = schedule(7)
    for name in ("home_team", "away_team"):
        index = encoded.column_names.index(name)
        encoded = encoded.set_column(index, name, encoded.column(name).dictionary_encode())
    built, expected = builder.build(encoded), builder.build(games)
    assert [built[name].to_pylist() for name in built.column_names] == [
        column.to_pylist() for column in expected.columns
    ]


@pytest.mark.parametrize("dataset", SHIPPED)
def test_every_feature_of_the_contract_is_built_and_free_of_nan(dataset: Dataset) -> None:
    built = build_features(schedule(5), dataset=dataset)
    assert len(dataset.feature_names) == 16
    for name in dataset.feature_names:
        assert np.isfinite(built.column(name).to_numpy()).all()


def test_all_builders_leave_out_the_same_games() -> None:
    """Models of the same games can be compared row by row."""
    built = [each.build(schedule(6)).column("game_id").to_pylist() for each in REGISTRY.values()]
    assert built[1:] == built[:-1]


BUILDER_FILE = """
from courtside.core.features.builders.builder import Builder

BUILDER = Builder("own", lambda games: games, seasons_before=2)
"""


def test_a_builder_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "own_builders"
    package.mkdir()
    for name in ("__init__.py", "helper.py"):
        (package / name).write_text("")
    (package / "one.py").write_text(BUILDER_FILE)
    monkeypatch.syspath_prepend(str(tmp_path))
    try:
        found = builders_in("own_builders", [str(package)])
        assert {name: builder.seasons_before for name, builder in found.items()} == {"own": 2}
        (package / "two.py").write_text(BUILDER_FILE)
        with pytest.raises(BuilderTwice, match="own"):
            builders_in("own_builders", [str(package)])
    finally:
        for name in [name for name in sys.modules if name.startswith("own_builders")]:
            del sys.modules[name]
