"""Provide the newest 43,485 rows of features: real games if they lie beside the project, or else simulated ones."""

from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.fitting.games import TASKS, coded, contract, rows
from courtside.adapters.folder_lake import FolderLake
from courtside.contracts import lake_keys
from courtside.core.games import read_games
from courtside.core.parquet import parquet_content
from courtside.core.training.split import split_rows
from courtside.datasets.simulated import simulate_games
from courtside.workflows.games import store_games

REAL_GAMES = Path(__file__).resolve().parents[3] / "shared" / "data" / "nba_games.csv.gz"
NEWEST = 43_485
SIMULATED_SEASONS = range(1985, 2024)


def prepare(folder: Path) -> str:
    """Write `lake/` (games, and a table for each other task) and the parts of each task; return which games they are.

    The parts are `train_TASK.parquet` and `test_TASK.parquet`: features, and the target as a number.
    """
    real = REAL_GAMES.is_file()
    games = read_games(REAL_GAMES).table if real else simulate_games(seasons=list(SIMULATED_SEASONS))
    lake = FolderLake(folder / "lake")
    store_games(games, lake=lake)
    for task in TASKS:
        table, dataset = rows(games, task), contract(task)
        if dataset.builder is None:
            lake.write(f"{lake_keys.tables(dataset.name)}rows.parquet", parquet_content(table))
        known = coded(table, task)
        split = split_rows(known.slice(max(0, known.num_rows - NEWEST)), dataset=dataset)
        for name, part in (("train", split.train), ("test", split.test)):
            pq.write_table(part, folder / f"{name}_{task}.parquet")
    return "real" if real else "simulated"
