"""What ratings are worth on the real games: beside the 16 features of `nba_games`, and group by group.

Each set of features is judged twice, by a logistic regression: on the newest 8,697 games after a training on the 34,788
before them, and on the games from July 1995 on, predicted in steps of 30 days by a model of the ten years before each
step. It prints one JSON object; without the real games beside the project it says so.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.real_windows import GAMES
from courtside.core.features import build_features
from courtside.datasets.catalog import load_dataset

NEWEST, TEST = 43_485, 8_697
FIRST = np.datetime64("1995-07-01")
STEP, WINDOW = np.timedelta64(30, "D"), np.timedelta64(3652, "D")
GROUPS = {
    "elo": ["elo_difference"],
    "uncertainty": ["rating_uncertainty"],
    "form": ["home_recent_margin", "away_recent_margin"],
    "rest": [f"{side}_{name}" for side in ("home", "away") for name in ("rest_days", "back_to_back")],
    "density": ["home_games_last_week", "away_games_last_week"],
    "travel": ["home_travel_km", "away_travel_km", "away_time_zones"],
    "phase": ["is_playoff", "season_phase"],
}

Figures = dict[str, float]
Days = NDArray[np.datetime64]


def judged(labels: NDArray[np.int8], said: NDArray[np.float64]) -> Figures:
    """Return accuracy, AUC and log loss."""
    return {
        "games": labels.size,
        "accuracy": round(float(((said > 0.5) == labels).mean()), 4),
        "auc": round(float(roc_auc_score(labels, said)), 4),
        "log_loss": round(float(log_loss(labels, said)), 5),
    }


def predicted(rows: NDArray[np.float64], labels: NDArray[np.int8], train: slice, test: slice) -> NDArray[np.float64]:
    """Return what a logistic regression of some rows says of others."""
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    said: NDArray[np.float64] = model.fit(rows[train], labels[train]).predict_proba(rows[test])[:, 1]
    return said


def replayed(rows: NDArray[np.float64], labels: NDArray[np.int8], day: Days) -> Figures:
    """Predict step by step; return the figures of all steps together."""
    said, start = [], FIRST
    first = int(np.searchsorted(day, FIRST))
    while start <= day[-1]:
        begin, end, since = (int(np.searchsorted(day, each)) for each in (start, start + STEP, start - WINDOW))
        if begin < end:
            said.append(predicted(rows, labels, slice(since, begin), slice(begin, end)))
        start += STEP
    return judged(labels[first:], np.concatenate(said))


def worth(table: pa.Table, names: Sequence[str]) -> dict[str, Figures]:
    """Judge a set of features in both ways."""
    rows = np.column_stack([table.column(name).to_numpy() for name in names])
    labels = table.column("home_win").to_numpy()
    day = table.column("game_date").to_numpy().astype("datetime64[D]")
    size = labels.size
    train, test = slice(size - NEWEST, size - TEST), slice(size - TEST, size)
    newest = judged(labels[test], predicted(rows, labels, train, test))
    return {"newest": newest, "replayed": replayed(rows, labels, day)}


def main() -> None:
    """Judge the sets of features and print their figures; `--help` says what they are."""
    about = argparse.RawDescriptionHelpFormatter
    argparse.ArgumentParser(description=__doc__, formatter_class=about).parse_args()
    if not GAMES.is_file():
        print(json.dumps({"benchmark": "ratings", "skipped": "the real games are not beside the project"}))
        return
    games = pa.csv.read_csv(GAMES)
    old, new = load_dataset("nba_games"), load_dataset("nba_ratings")
    table = build_features(games, dataset=new)
    everything = new.feature_names
    found = {
        "nba_games": worth(build_features(games, dataset=old), old.feature_names),
        "nba_ratings": worth(table, everything),
        "only expected_margin": worth(table, ["expected_margin"]),
        "only elo_difference": worth(table, ["elo_difference"]),
    }
    found |= {
        f"without {name}": worth(table, [n for n in everything if n not in left]) for name, left in GROUPS.items()
    }
    print(json.dumps({"benchmark": "ratings", "figures": found}, indent=2))


if __name__ == "__main__":
    main()
