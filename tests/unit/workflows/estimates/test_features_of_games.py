"""Games that were played since they were predicted have the features that they were predicted by."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from courtside.contracts.events import Window
from courtside.core.drift.reading import Days
from courtside.core.features import build_features
from courtside.core.rows import within
from courtside.core.rows.ids import ids_of
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.estimates.features import Features
from tests.unit.workflows.predict.test_coming_games import lake_on

NBA = replace(load_dataset("nba_games"), also=())
MORNING = date(2012, 1, 12)


def test_played_games_of_a_window_count_with_those_to_come() -> None:
    games = simulate_games(seasons=[2011, 2012])
    window = Window(start=MORNING - timedelta(days=3), end=MORNING + timedelta(days=4))
    built = within(build_features(games, dataset=NBA), "game_date", Days(window.start, window.end)).sort_by("game_date")
    played = within(built, "game_date", Days(end=MORNING)).num_rows
    assert 0 < played < built.num_rows
    ids = ids_of(built, NBA)
    waiting = pa.table({"id": ids, "prediction": np.linspace(0.1, 0.9, len(ids))})
    features = Features(lake_on(games, MORNING), NBA, None)
    ((_, rows),) = features.of_windows([(window, waiting)], MORNING)
    assert rows.rows == built.num_rows
    assert rows.features is not None
    expected = built.append_column("id", ids).sort_by("id").select(NBA.feature_names).to_pylist()
    own = dict(zip(sorted(ids.to_pylist()), rows.features.to_pylist(), strict=True))
    known = set(ids.slice(0, played).to_pylist())
    for name, row in zip(sorted(own), expected, strict=True):
        if name in known:
            assert own[name] == row
