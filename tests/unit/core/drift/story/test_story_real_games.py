"""The story told of real seasons agrees with what is known to have happened in them."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from courtside.core.drift import fit
from courtside.core.features import build_features
from courtside.core.games import read_games
from courtside.datasets.catalog import load_dataset
from tests.unit.core.drift.story.windows import Told, told

REAL_GAMES = Path(__file__).parents[6] / "shared" / "data" / "nba_games.csv.gz"
DATASET = load_dataset("nba_games")
SCORING = {f"{side}_rolling_{what}" for side in ("home", "away") for what in ("ppg", "papg")}

pytestmark = pytest.mark.skipif(not REAL_GAMES.is_file(), reason="the real games are not beside the project")


@pytest.fixture(scope="module")
def features() -> pa.Table:
    return build_features(read_games(REAL_GAMES).table, dataset=DATASET)


def season_told(features: pa.Table, season: int, *, last_season: int | None = None) -> Told:
    """Tell the story of one or more seasons against the three seasons before them."""
    seasons = features.column("season").to_numpy()
    usual = features.filter(pa.array((seasons >= season - 3) & (seasons < season)))
    window = features.filter(pa.array((seasons >= season) & (seasons <= (last_season or season))))
    return told(window, reference=fit(usual, DATASET.features, time_column=DATASET.time_column))


@pytest.mark.parametrize(("season", "opening"), [(1999, date(1999, 2, 5)), (2012, date(2011, 12, 25))])
def test_a_lockout_is_one_story_of_lower_scoring_from_opening_night(
    features: pa.Table, season: int, opening: date
) -> None:
    report = season_told(features, season).report
    assert set(report.groups[0].features) == SCORING
    assert "mean fell" in report.groups[0].headline
    assert report.began == opening


def test_the_crowded_calendar_of_a_lockout_ends_with_the_playoffs(features: pa.Table) -> None:
    """Games were crowded together until May, while teams in the playoffs had their usual rest."""
    rested = season_told(features, 2012).feature("home_back_to_back").trend
    assert rested is not None
    assert rested.onset is not None
    assert (rested.onset.day, rested.onset.passed) == (date(2011, 12, 25), True)


def test_the_faster_pace_of_the_late_2010s_is_one_lasting_story(features: pa.Table) -> None:
    report = season_told(features, 2017, last_season=2019).report
    group = report.groups[0]
    assert set(group.features) == SCORING
    assert "mean rose" in group.headline
    assert group.onset is not None
    assert not group.onset.passed
    assert date(2016, 10, 1) < group.onset.day < date(2018, 12, 1)
