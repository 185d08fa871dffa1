"""Measure what a shorter history is worth, and what time folds choose, on real games or where nothing changes.

Every July a logistic regression, the candidate that is best on these games, learns from each window of the training
part and is judged on the test part that follows it, as a training would do. `auto` is what the time folds chose
without seeing the test part. Figures are log losses in nats minus that of all of the history, so less than 0 is
better. The simulated past of 15 years never changes, so nothing but all of it is ever right there.

Seconds are of processor time, of the choice and of fitting the four candidates for the newest July. The real games
must lie beside the project; without them only the simulated past is measured. The output is JSON.

Run `python -m benchmarks.history_windows [--strict]` from the project's root; it takes about two minutes.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.drift.reading.days import Days
from courtside.core.evaluation import log_loss, score
from courtside.core.features import build_features
from courtside.core.games import read_games
from courtside.core.rows import within
from courtside.core.training.candidates import ALL, REGISTRY
from courtside.core.training.fit import feature_frame, fit_candidates, labels, probability
from courtside.core.training.history import QUICK, WINDOWS, shortened
from courtside.core.training.preprocessing import Columns, prepared
from courtside.core.training.split import Split, split_rows
from courtside.datasets.catalog import load_dataset

GAMES = Path(__file__).resolve().parents[2] / "shared" / "data" / "nba_games.csv.gz"
JULYS = range(1990, 2026)
SIMULATED, YEARS, ROWS = 60, 15, 6_000
LIMIT_SHARE_OF_FIT = 0.15
LIMIT_WORST = 0.002
"""The most that a choice may ever lose against all of the history, in nats."""


def main() -> None:
    """Print what is measured."""
    parser = argparse.ArgumentParser(description="Measure what a shorter history is worth.")
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a limit does not hold")
    strict = parser.parse_args().strict
    figures: dict[str, Any] = {"benchmark": "history_windows", "unchanged": _unchanged()}
    if GAMES.is_file():
        figures["real_games"] = _real()
    else:
        figures["skipped"] = "the real games do not lie beside the project"
    figures["ok"] = all(each.get("ok", True) for each in figures.values() if isinstance(each, dict))
    print(json.dumps(figures, indent=2))
    if strict and not figures["ok"]:
        sys.exit(1)


def _real() -> dict[str, Any]:
    dataset = load_dataset("nba_games")
    table = build_features(read_games(GAMES).table, dataset=dataset)
    splits = [
        split_rows(within(table, dataset.time_column, Days(end=date(july, 7, 1))), dataset=dataset) for july in JULYS
    ]
    figures = _worth(splits, dataset)
    newest = splits[-1]
    choosing = _seconds(lambda: shortened(newest, "auto", dataset=dataset, candidates=ALL))
    fitting = _seconds(lambda: fit_candidates(newest, dataset=dataset))
    figures["cpu_seconds"] = {"choosing": choosing, "fitting": fitting, "share": round(choosing / fitting, 3)}
    figures["ok"] = choosing / fitting <= LIMIT_SHARE_OF_FIT and figures["auto"]["worst"] <= LIMIT_WORST
    return figures


def _unchanged() -> dict[str, Any]:
    dataset = Dataset(
        name="unchanged",
        time_column="day",
        season_column=None,
        id_columns=("id",),
        target="won",
        features=(Feature("a", FeatureKind.NUMERIC), Feature("b", FeatureKind.NUMERIC)),
        builder=None,
        reference_seasons=1,
    )
    return _worth([split_rows(table, dataset=dataset) for table in _tables()], dataset)


def _tables() -> Iterator[pa.Table]:
    for seed in range(SIMULATED):
        rng = np.random.default_rng(seed)
        a, b = rng.normal(size=ROWS), rng.normal(size=ROWS)
        age = (np.linspace(YEARS, 0, ROWS) * 365.25).astype("timedelta64[D]")
        won = (a + 0.3 * b + rng.logistic(size=ROWS) > 0).astype(np.int8)
        day = np.datetime64("2020-01-01") - age
        columns: dict[str, Any] = {"id": np.arange(ROWS), "day": day, "a": a, "b": b, "won": won}
        yield pa.table(columns)


def _worth(splits: list[Split], dataset: Dataset) -> dict[str, Any]:
    """Return, for every window and for what was chosen, the mean, best and worst difference on the test parts."""
    apart: dict[str, list[float]] = {name: [] for name in (*WINDOWS, "auto")}
    chosen: Counter[str] = Counter()
    for split in splits:
        losses = {
            window: _loss(shortened(split, window, dataset=dataset, candidates=ALL)[0], dataset) for window in WINDOWS
        }
        window = shortened(split, "auto", dataset=dataset, candidates=ALL)[1].window
        chosen[window] += 1
        for name, loss in {**losses, "auto": losses[window]}.items():
            apart[name].append(loss - losses["all"])
    figures: dict[str, Any] = {
        name: {"mean": round(fmean(values), 5), "best": round(min(values), 5), "worst": round(max(values), 5)}
        for name, values in apart.items()
    }
    return {"trainings": len(splits), "chosen": dict(chosen), **figures}


def _loss(split: Split, dataset: Dataset) -> float:
    train, test = feature_frame(split.train, dataset), feature_frame(split.test, dataset)
    model = prepared(REGISTRY[QUICK], Columns.of(train)).fit(train, labels(split.train, dataset))
    return score(log_loss, labels(split.test, dataset), probability(model, test))


def _seconds(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return round(time.process_time() - began, 2)


if __name__ == "__main__":
    main()
