"""The same games with a target of each task: who won, how clearly, and by how many points."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.dataset import Dataset
from courtside.core.features import build_features
from courtside.core.tasks import BINARY, MULTICLASS, REGRESSION, task_of
from courtside.datasets.catalog import load_dataset

TASKS = (BINARY, MULTICLASS, REGRESSION)
CLEARLY = 10
"""By so many points a game is won clearly."""
_OWN = {MULTICLASS: ("game_results", "result"), REGRESSION: ("game_margins", "margin")}


def contract(task: str) -> Dataset:
    """Return the contract of a task: that of the games, or one of a table with its 16 features and another target."""
    games = load_dataset("nba_games")
    if task == BINARY:
        return games
    name, target = _OWN[task]
    apart: Any = {"registered_model": None, "experiment": None, "legacy_set": False, "builder": None, "positive": None}
    return replace(games, name=name, target=target, task=task, **apart)


def rows(games: pa.Table, task: str) -> pa.Table:
    """Return the features of the games with the target of a task, as words, a number or 0 and 1."""
    features = build_features(games, dataset=load_dataset("nba_games"))
    if task == BINARY:
        return features
    points = dict(zip(games["game_id"].to_pylist(), _margins(games).tolist(), strict=True))
    margins = np.array([points[game] for game in features["game_id"].to_pylist()], dtype=np.float64)
    dataset, features = contract(task), features.drop_columns(["home_win"])
    if task == REGRESSION:
        return features.append_column(dataset.target, pa.array(margins))
    results = np.select([margins <= -CLEARLY, margins >= CLEARLY], ["away", "home"], "close")
    return features.append_column(dataset.target, pa.array(results.tolist()))


def coded(table: pa.Table, task: str) -> pa.Table:
    """Return rows with the target as numbers, as people give it to libraries."""
    dataset = contract(task)
    return task_of(task).read(table, dataset.target, None).coded(table)


def _margins(games: pa.Table) -> NDArray[np.float64]:
    return np.asarray(games["home_points"].to_numpy() - games["away_points"].to_numpy(), dtype=np.float64)
