"""Games without a score are predicted from earlier games only; what is served equals what is trained on, to the bit."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from courtside.contracts import lake_keys
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import ALL_DAYS
from courtside.core.features import build_features
from courtside.core.games import read_games
from courtside.core.games.schema import GAMES_SCHEMA
from courtside.core.games.unplayed import with_empty_scores
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.core.predictions.features_hash import features_hashes
from courtside.core.predictions.rules import PredictRules
from courtside.core.rows.ids import ids_of
from courtside.core.training.frame import taken_as
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.believed import Beliefs
from courtside.workflows.predict.coming_rows import NO_HISTORY
from courtside.workflows.predict.newest import newest_predictions
from tests.fakes.coming import ComingRows, coming_rows
from tests.fakes.ports import InMemoryLake
from tests.fakes.predicting import LoansStage

NBA, RATINGS = load_dataset("nba_games"), load_dataset("nba_ratings")
REAL_GAMES = Path(__file__).parents[5] / "shared" / "data" / "nba_games.csv.gz"


def lake_on(games: pa.Table, morning: date) -> InMemoryLake:
    """Return the lake in the morning of a day: earlier games have their scores, the others only their places."""
    lake = InMemoryLake()
    played: Any = pc.less(games.column("game_date"), pa.scalar(morning))
    for season in pc.unique(games.column("season")).to_pylist():
        own: Any = pc.equal(games.column("season"), pa.scalar(season, pa.int16()))
        before, after = games.filter(pc.and_(own, played)), games.filter(pc.and_(own, pc.invert(played)))
        lake.objects[lake_keys.games(season)] = parquet_content(before)
        lake.objects[lake_keys.coming_games(season)] = parquet_content(with_empty_scores(after))
    return lake


def mornings(games: pa.Table, season: int) -> list[date]:
    own = games.filter(pc.equal(games.column("season"), pa.scalar(season, pa.int16())))
    return sorted(set(own.column("game_date").to_pylist()))


def served_every_day(games: pa.Table, season: int, dataset: Dataset) -> Iterator[tuple[str, list[float], int]]:
    """Yield id, features and their hash of each game of a season as they are served in the morning of its day."""
    on_its_day = replace(dataset, predict=PredictRules(ahead=timedelta()))
    for morning in mornings(games, season):
        found = coming_rows(morning, lake=lake_on(games, morning), dataset=on_its_day)
        for file in found.files:
            assert set(file.table.column("game_date").to_pylist()) == {morning}
            yield from with_hashes(file.table, dataset)


def with_hashes(rows: pa.Table, dataset: Dataset) -> Iterator[tuple[str, list[float], int]]:
    taken = taken_as(rows.schema, dataset)
    features = [[row[name] for name in dataset.feature_names] for row in rows.to_pylist()]
    return zip(ids_of(rows, dataset).to_pylist(), features, features_hashes(rows, taken).tolist(), strict=True)


def trained_on(games: pa.Table, season: int, dataset: Dataset) -> list[tuple[str, list[float], int]]:
    built = build_features(games, dataset=dataset)
    return list(with_hashes(built.filter(pc.equal(built.column("season"), pa.scalar(season, pa.int16()))), dataset))


BOTH = pytest.mark.parametrize("dataset", [NBA, RATINGS], ids=lambda each: each.name)


@BOTH
def test_every_game_of_a_simulated_season_is_served_the_features_that_are_trained_on(dataset: Dataset) -> None:
    games = simulate_games(seasons=[2009, 2011, 2012])  # ratings look back on more than the season before
    expected = trained_on(games, 2012, dataset)
    assert len(expected) > 1_000
    assert sorted(served_every_day(games, 2012, dataset)) == sorted(expected)


@BOTH
@pytest.mark.skipif(not REAL_GAMES.is_file(), reason="the real games are not beside the project")
def test_every_game_of_a_real_season_is_served_the_features_that_are_trained_on(dataset: Dataset) -> None:
    games = read_games(REAL_GAMES).table
    recent = games.filter(pc.greater_equal(games.column("season"), pa.scalar(2022, pa.int16())))
    expected = trained_on(recent, 2025, dataset)
    assert len(expected) > 1_000
    assert sorted(served_every_day(recent, 2025, dataset)) == sorted(expected)


@pytest.fixture(scope="module")
def season() -> pa.Table:
    return simulate_games(seasons=[2011, 2012])


MORNING = date(2012, 2, 1)


def found_on(games: pa.Table, morning: date = MORNING, **rules: Any) -> ComingRows:
    return coming_rows(morning, lake=lake_on(games, morning), dataset=replace(NBA, **rules))


def test_games_are_predicted_as_far_ahead_as_the_contract_says(season: pa.Table) -> None:
    (file,) = found_on(season, predict=PredictRules(ahead=timedelta(days=2))).files
    days = set(file.table.column("game_date").to_pylist())
    assert days <= {MORNING + timedelta(days=each) for each in range(3)}
    assert len(days) > 1
    assert set(file.table.column("home_win").to_pylist()) == {None}


def test_a_day_between_seasons_has_no_games(season: pa.Table) -> None:
    found = coming_rows(date(2012, 8, 15), lake=lake_on(season, date(2012, 8, 15)), dataset=NBA)
    assert (found.files, found.unusable, found.unreadable) == ((), (), ())


def test_yesterdays_games_wait_for_their_score_and_are_predicted_still(season: pa.Table) -> None:
    """Their scores came late: on the next morning the lake is that of the day before."""
    lake = lake_on(season, MORNING)
    rules = replace(NBA, predict=PredictRules(ahead=timedelta()))
    (file,) = coming_rows(MORNING + timedelta(days=1), lake=lake, dataset=rules).files
    assert set(file.table.column("game_date").to_pylist()) == {MORNING, MORNING + timedelta(days=1)}


def test_a_day_in_the_past_is_predicted_from_what_was_known_then(season: pa.Table) -> None:
    """All scores are in the lake by now, and none from that day on is looked at."""
    (then,) = found_on(season).files
    lake = InMemoryLake()
    for year in (2011, 2012):
        own = season.filter(pc.equal(season.column("season"), pa.scalar(year, pa.int16())))
        lake.objects[lake_keys.games(year)] = parquet_content(own)
    (now,) = coming_rows(MORNING, lake=lake, dataset=NBA).files
    assert now.table.equals(then.table)


def test_a_game_that_is_listed_with_and_without_its_score_is_there_once(season: pa.Table) -> None:
    lake = lake_on(season, MORNING)
    both = lake_on(season, MORNING - timedelta(days=1))
    lake.objects[lake_keys.coming_games(2012)] = both.objects[lake_keys.coming_games(2012)]
    (file,) = coming_rows(MORNING, lake=lake, dataset=NBA).files
    assert file.table.equals(found_on(season).files[0].table)


def test_a_game_of_a_team_without_history_cannot_be_predicted(season: pa.Table) -> None:
    row = season.filter(pc.equal(season.column("game_date"), pa.scalar(MORNING))).slice(0, 1)
    new = row.set_column(0, GAMES_SCHEMA.field(0), pa.array(["new"])).set_column(
        4, GAMES_SCHEMA.field(4), pa.array(["NEW"])
    )
    found = found_on(pa.concat_tables([season, new]))
    (unusable,) = found.unusable
    assert (unusable.ids, unusable.reasons) == (("new",), (NO_HISTORY,))
    assert found.files[0].table.equals(found_on(season).files[0].table)


def test_a_file_of_coming_games_that_cannot_be_read_is_named(season: pa.Table) -> None:
    lake = lake_on(season, MORNING)
    lake.objects[lake_keys.coming_games(2012)] = b"no parquet"
    found = coming_rows(MORNING, lake=lake, dataset=NBA)
    assert found.files == ()
    assert found.unreadable[0].startswith("memory://games/_coming/season=2012.parquet was left out: ")


def test_a_game_that_moved_to_another_day_is_predicted_again_with_its_new_time(season: pa.Table) -> None:
    """The model reads nothing that the move changes, so only the time says that the row is another one."""
    stage = LoansStage(dataset=NBA, lake=lake_on(season, MORNING))
    stage.promote("1", 0.5, column="home_rolling_win_pct")
    count = stage.predict(MORNING).predicted
    key = lake_keys.coming_games(2012)
    coming = read_parquet_content(stage.lake.objects[key])
    assert stage.predict(MORNING).predicted == 0
    days = coming.column("game_date").to_pylist()
    assert days[0] == MORNING
    days[0] = MORNING + timedelta(days=1)
    moved = coming.set_column(coming.schema.get_field_index("game_date"), "game_date", pa.array(days, pa.date32()))
    stage.lake.objects[key] = parquet_content(moved)
    done = stage.predict(MORNING)
    first, second = stage.kept(id=ids_of(coming.slice(0, 1), NBA)[0].as_py())
    assert (done.predicted, done.unchanged) == (1, count - 1)
    assert (second["revision"], second["prediction"]) == (2, first["prediction"])
    assert [first["time"].date(), second["time"].date()] == [MORNING, MORNING + timedelta(days=1)]
    assert stage.predict(MORNING).predicted == 0
    table = pa.concat_tables(Beliefs(stage.lake, NBA, MORNING).parts(ALL_DAYS))
    assert [row["day"] for row in table.to_pylist() if row["id"] == first["id"]] == [MORNING + timedelta(days=1)]


def test_a_game_that_moved_is_shown_by_its_new_day(season: pa.Table) -> None:
    """It is played earlier than was said first, so the first prediction is not one of a game to come any more."""
    stage = LoansStage(dataset=NBA, lake=lake_on(season, MORNING))
    stage.promote("1", 0.5, column="home_rolling_win_pct")
    key = lake_keys.coming_games(2012)
    coming = read_parquet_content(stage.lake.objects[key])
    place = coming.schema.get_field_index("game_date")
    days = coming.column("game_date").to_pylist()
    later = [MORNING + timedelta(days=5), *days[1:]]
    stage.lake.objects[key] = parquet_content(coming.set_column(place, "game_date", pa.array(later, pa.date32())))
    stage.predict(MORNING - timedelta(days=1))
    stage.lake.objects[key] = parquet_content(coming)
    stage.predict(MORNING)
    game = ids_of(coming.slice(0, 1), NBA)[0].as_py()

    def shown(offset: int) -> list[date]:
        rows = newest_predictions(MORNING + timedelta(days=offset), lake=stage.lake, dataset=NBA).to_pylist()
        return [row["local_day"] for row in rows if row["id"] == game]

    assert [shown(offset) for offset in (-1, 0, 1)] == [[MORNING + timedelta(days=5)], [MORNING], []]
