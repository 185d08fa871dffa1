"""Provide the newest 43,485 rows of features: real games if they lie beside the project, or else simulated ones."""

from pathlib import Path

import pyarrow.parquet as pq

from courtside.adapters.folder_lake import FolderLake
from courtside.core.features import build_features
from courtside.core.games import read_games
from courtside.core.training.split import split_rows
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.games import store_games

REAL_GAMES = Path(__file__).resolve().parents[3] / "shared" / "data" / "nba_games.csv.gz"
NEWEST = 43_485
SIMULATED_SEASONS = range(1985, 2024)


def prepare(folder: Path) -> str:
    """Write `lake/` (games) and `train.parquet` and `test.parquet` (features); return which games they are."""
    dataset = load_dataset("nba_games")
    real = REAL_GAMES.is_file()
    games = read_games(REAL_GAMES).table if real else simulate_games(seasons=list(SIMULATED_SEASONS))
    store_games(games, lake=FolderLake(folder / "lake"))
    features = build_features(games, dataset=dataset)
    split = split_rows(features.slice(max(0, features.num_rows - NEWEST)), dataset=dataset)
    for name, table in (("train", split.train), ("test", split.test)):
        pq.write_table(table, folder / f"{name}.parquet")
    return "real" if real else "simulated"
