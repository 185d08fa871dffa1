"""A file of games is predicted game by game, those without a score too."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pytest

from courtside.api.predictions import scored
from courtside.contracts.errors import InputMismatch
from courtside.contracts.scoring import Role
from courtside.core.features import build_features
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.predict.versions import Predicting
from tests.fakes.predicting import Line

NBA = load_dataset("nba_games")
LINE = Line("1", 0.1, column="home_rest_days")
VERSION = Predicting("1", Role.CHAMPION, "", LINE, LINE.interface)


@pytest.fixture(scope="module")
def games() -> pa.Table:
    return simulate_games(seasons=[2012]).slice(0, 300)


def test_every_game_with_features_is_predicted_also_before_it_is_played(games: pa.Table, tmp_path: Path) -> None:
    rows = games.to_pylist()
    for row in rows[-20:]:
        row["home_points"] = row["away_points"] = None
    pa_csv.write_csv(pa.Table.from_pylist(rows, schema=games.schema), tmp_path / "games.csv")
    said = pa.concat_tables(scored(tmp_path / "games.csv", VERSION, NBA))
    built = build_features(games, dataset=NBA)
    assert said.column("game_id").to_pylist() == built.column("game_id").to_pylist()
    rest = pc.multiply(built.column("home_rest_days"), 0.1)
    assert said.column("prediction").to_pylist() == pytest.approx(rest.to_pylist())
    assert said.column_names == ["game_id", "game_date", "prediction", "version", "reason"]


def test_games_are_given_as_a_file(games: pa.Table) -> None:
    with pytest.raises(InputMismatch, match="give a file of games"):
        list(scored(games, VERSION, NBA))
