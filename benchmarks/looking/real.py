"""Champions of the 16 features on real games, looked at on every day of games after their training.

The games must lie beside the project. Each champion is a logistic regression of ten years of games, whose newest fifth
is the holdout that its promise comes from.
"""

import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from courtside.core.evaluation import log_losses
from courtside.core.features import build_nba_features
from courtside.core.sequential import DaySums
from courtside.core.sequential import Sequence as Running
from courtside.datasets.catalog import load_dataset

GAMES = Path(__file__).resolve().parents[3] / "shared" / "data" / "nba_games.csv.gz"
YEARS, HOLDOUT = 10, 0.2
SEASONS = range(1995, 2026)
KEPT_FROM = 2020
Floats = NDArray[np.float64]


def replayed() -> dict[str, Any]:
    """Follow a champion a season, each for its season, and one of before 2019-20 for six."""
    table = build_nba_features(pyarrow.csv.read_csv(GAMES))
    of = table["season"].to_numpy()
    seasons = {season: followed(table, of, season, until=season + 1) for season in SEASONS}
    alarms = {f"{season - 1}-{season % 100:02}": each for season, each in seasons.items() if each["promise"]["since"]}
    return {
        "seasons": len(seasons),
        "seasons_worse_than_promised": alarms,
        "seasons_worse_than_baseline": sum(each["baseline"]["since"] is not None for each in seasons.values()),
        "z_test_alarms": sum(each["promise"]["z_test_since"] is not None for each in seasons.values()),
        "champion_of_before_2019-20, until 2025": followed(table, of, KEPT_FROM, until=max(SEASONS) + 1),
    }


def followed(table: pa.Table, of: NDArray[np.int64], season: int, *, until: int) -> dict[str, Any]:
    """Train a champion before a season, and look at it on each day until another one."""
    names = [feature.name for feature in load_dataset("nba_games").features]
    past, then = (
        table.filter(pa.array(rows)) for rows in ((of < season) & (of >= season - YEARS), (of >= season) & (of < until))
    )
    cut = int(past.num_rows * (1 - HOLDOUT))
    train, holdout = past.slice(0, cut), past.slice(cut)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000)).fit(
        _matrix(train, names), _labels(train)
    )

    def losses(games: pa.Table) -> Floats:
        return log_losses(_labels(games), model.predict_proba(_matrix(games, names))[:, 1])

    promised = losses(holdout)
    error = float(promised.std(ddof=1) / math.sqrt(promised.size))
    base = np.full(then.num_rows, _labels(train).mean())
    day = then["game_date"].to_numpy().astype("datetime64[D]")
    return {
        "promised": round(float(promised.mean()), 4),
        "promise": _looked(day, losses(then) - promised.mean(), error),
        "baseline": _looked(day, losses(then) - log_losses(_labels(then), base), 0.0),
    }


def _looked(day: NDArray[np.datetime64], differences: Floats, error: float) -> dict[str, Any]:
    days, first, rows = np.unique(day, return_index=True, return_counts=True)
    sums = [
        DaySums(each, int(count), float(total))
        for each, count, total in zip(days.tolist(), rows, np.add.reduceat(differences, first), strict=True)
    ]
    running, since = Running(offset_error=error), None
    for start in range(0, len(sums), 5):
        running = running.extended(sums[start : start + 5])
        since = since or running.since
    interval = running.interval()
    return {
        "since": _named(since),
        "days_until": None if since is None else sum(each.day <= since for each in sums),
        "difference": round(interval.difference or 0.0, 4),
        "low": None if interval.low is None else round(interval.low, 4),
        "high": None if interval.high is None else round(interval.high, 4),
        "z_test_since": _named(_z_test(sums, float(differences.std()), error)),
    }


def _z_test(sums: list[DaySums], spread: float, error: float) -> date | None:
    rows, totals = np.cumsum([each.rows for each in sums]), np.cumsum([each.total for each in sums])
    alarms = totals / rows > 1.645 * np.sqrt(spread**2 / rows + error**2)
    return next((each.day for each, alarm in zip(sums[7:], alarms[7:], strict=True) if alarm), None)


def _named(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _matrix(games: pa.Table, names: list[str]) -> Floats:
    return np.column_stack([games[name].to_numpy().astype(np.float64) for name in names])


def _labels(games: pa.Table) -> NDArray[np.int8]:
    return np.asarray(games["home_win"].to_numpy().astype(np.int8))
