"""Judge a year of daily windows, 10,000 rows a day in 5 segments, and print JSON (limit: 10 s).

The archives lie in a folder: a file of predictions and one of labels for each day. The whole check is timed: reading,
joining, five metrics with their intervals for each day and segment, and writing the statements. A hand-written loop of
pandas, scipy and scikit-learn computes the same figures and intervals from the same files; they are compared.

Run `python -m benchmarks.performance_year [--strict]` from the project's root; it takes about a minute.
"""

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.stats import rankdata, t
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from courtside.adapters.folder_lake import FolderLake
from courtside.contracts import lake_keys
from courtside.contracts.scoring import PerformanceRequest
from courtside.core.archive.schema import fitted
from courtside.core.archive_schemas import LABELS, PERFORMANCE, PREDICTIONS
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.performance.rules import PerformanceRules
from courtside.workflows.archive_log import ArchiveLog
from courtside.workflows.performance.check import CheckPerformance

DAYS, ROWS, SEGMENTS = 365, 10_000, 5
LIMIT_SECONDS = 10.0
FIRST = date(2025, 1, 1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHURN = Dataset(
    name="churn",
    time_column="asked_on",
    season_column=None,
    id_columns=("customer",),
    target="churned",
    features=(Feature("months", FeatureKind.NUMERIC),),
    builder=None,
    reference_seasons=1,
    performance=PerformanceRules(window=timedelta(days=1)),
    segments=("plan",),
)


def main() -> None:
    """Write the archives, judge them in both ways and print how long that took."""
    parser = argparse.ArgumentParser(description="Measure how long a year of daily performance takes to judge.")
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if the limit does not hold")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lake = FolderLake(Path(folder))
        for number in range(DAYS):
            _write(lake, FIRST + timedelta(days=number), seed=number)
        as_of = FIRST + timedelta(days=DAYS)
        request = PerformanceRequest(model=CHURN.name, as_of=as_of)
        ours, _ = _timed(lambda: CheckPerformance(CHURN, lake).run(request, now=NOW))
        theirs, found = _timed(lambda: list(_hand_written(Path(folder))))
        apart = _furthest(_stated(lake), found)
    figures = {
        "benchmark": "performance_year",
        "rows": DAYS * ROWS,
        "segments": SEGMENTS,
        "seconds": round(ours[0], 2),
        "cpu_seconds": round(ours[1], 2),
        "hand_written_seconds": round(theirs[0], 2),
        "hand_written_cpu_seconds": round(theirs[1], 2),
        "ratio": round(ours[1] / theirs[1], 3),
        "largest_difference_of_a_figure": apart,
        "limit_seconds": LIMIT_SECONDS,
        "ok": ours[1] <= LIMIT_SECONDS and apart < 1e-9,
    }
    print(json.dumps(figures, indent=2))
    if options.strict and not figures["ok"]:
        sys.exit(1)


def _timed(work: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    began, began_cpu = time.perf_counter(), time.process_time()
    found = work()
    return (time.perf_counter() - began, time.process_time() - began_cpu), found


def _write(lake: FolderLake, day: date, *, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(-0.5, 1.0, ROWS)
    said = 1 / (1 + np.exp(-logits))
    happened = (rng.random(ROWS) < said).astype(int)
    ids = pa.array([f"{seed * ROWS + row}|{day}" for row in range(ROWS)])
    plan = [f"plan {row % SEGMENTS}" for row in range(ROWS)]
    same: dict[str, Any] = {
        "time": datetime(day.year, day.month, day.day, tzinfo=UTC),
        "as_of": day,
        "made_at": NOW,
        "version": "1",
        "sha256": "",
        "role": "champion",
        "features_hash": "",
        "revision": 1,
    }
    constant = {name: pa.repeat(pa.scalar(value, PREDICTIONS.field(name).type), ROWS) for name, value in same.items()}
    segments = pa.array([[("plan", each)] for each in plan], PREDICTIONS.field("segments").type)
    columns = {**constant, "id": ids, "prediction": pa.array(said), "segments": segments}
    predictions = fitted(pa.table(columns), PREDICTIONS)
    known = {"known_on": day, "recorded_at": NOW, "source": "table", "revision": 1}
    labels = {name: pa.repeat(pa.scalar(value, LABELS.field(name).type), ROWS) for name, value in known.items()}
    labels |= {"id": ids, "label": pa.array(happened.astype(str))}
    table = pa.table([labels[name] for name in LABELS.names], schema=LABELS)
    ArchiveLog(lake, lake_keys.predictions(CHURN.name), PREDICTIONS).append(day, lambda _: predictions)
    ArchiveLog(lake, lake_keys.labels(CHURN.name), LABELS).append(day, lambda _: table)


def _stated(lake: FolderLake) -> Iterator[dict[str, Any]]:
    log = ArchiveLog(lake, lake_keys.performance(CHURN.name), PERFORMANCE)
    for day, numbers in log.days().items():
        for number in numbers:
            yield from log.read(day, number).to_pylist()


def _hand_written(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the same figures as somebody would write them who needs them once."""
    for file in sorted((folder / lake_keys.predictions(CHURN.name)).rglob("*.parquet")):
        predictions = pd.read_parquet(file, columns=["id", "time", "prediction", "segments"])
        other = str(file).replace("archive/predictions", "archive/labels")
        rows = predictions.merge(pd.read_parquet(other, columns=["id", "label"]), on="id")
        rows["plan"] = [dict(each)["plan"] for each in rows["segments"]]
        rows["label"] = rows["label"].astype(int)
        day = rows["time"].iloc[0].date()
        for plan, part in [(None, rows), *rows.groupby("plan")]:
            for metric, value, low, high in _figures(part["label"].to_numpy(), part["prediction"].to_numpy()):
                yield {"window_start": day, "segment": plan, "metric": metric, "value": value, "low": low, "high": high}


def _figures(labels: Any, said: Any) -> Iterator[tuple[str, float, float, float]]:
    n, one = labels.size, labels == 1
    ranks = rankdata(said)
    ours = np.where(
        one, (ranks - _ranks_within(said, one)) / (~one).sum(), 1 - (ranks - _ranks_within(said, ~one)) / one.sum()
    )
    area = roc_auc_score(labels, said)
    influence = (ours - area) * np.where(one, n / one.sum(), n / (~one).sum())
    yield "auc", area, *_logit_interval(area, influence, min(one.sum(), (~one).sum()) - 1)
    loss = log_loss(labels, said)
    half = t.ppf(0.975, n - 1) * _error(-np.log(np.where(one, said, 1 - said)) - loss)
    yield "log_loss", loss, loss / math.exp(half / loss), loss * math.exp(half / loss)
    brier = brier_score_loss(labels, said)
    yield "brier_score", brier, *_logit_interval(brier, (said - labels) ** 2 - brier, n - 1)
    right = (said > 0.5) == one
    yield "accuracy", right.mean(), *_logit_interval(right.mean(), right - right.mean(), n - 1)
    yield "calibration_error", *_calibration(labels, said)


def _ranks_within(said: Any, rows: Any) -> Any:
    """Return the ranks of these rows among themselves, 0 for the others."""
    ranks = np.zeros(said.size)
    ranks[rows] = rankdata(said[rows])
    return ranks


def _error(influence: Any) -> float:
    return math.sqrt(influence.size / (influence.size - 1) * float(influence @ influence)) / float(influence.size)


def _logit_interval(value: float, influence: Any, degrees: int) -> tuple[float, float]:
    reach = t.ppf(0.975, degrees) * _error(influence) / (value * (1 - value))
    middle = math.log(value / (1 - value))
    return 1 / (1 + math.exp(reach - middle)), 1 / (1 + math.exp(-reach - middle))


def _calibration(labels: Any, said: Any) -> tuple[float, float, float]:
    n, off = labels.size, labels - said
    bins = np.searchsorted(np.unique(np.quantile(said, np.arange(1, 10) / 10)), said, side="right")
    gaps = np.array([off[bins == each].sum() / n for each in range(bins.max() + 1)])
    squares = np.diag([float(off[bins == each] @ off[bins == each]) for each in range(gaps.size)])
    noise = (squares - n * np.outer(gaps, gaps)) / (n - 1) / n
    deviations = np.sqrt(np.diag(noise))
    rho = np.clip(noise / np.outer(deviations, deviations), -1, 1)
    together = 2 / math.pi * np.outer(deviations, deviations) * (np.sqrt(1 - rho**2) + rho * np.arcsin(rho) - 1)
    value, quantile = float(np.abs(gaps).sum()), t.ppf(0.975, n - 1)
    noise_alone = math.sqrt(2 / math.pi) * deviations.sum() + quantile * math.sqrt(together.sum())
    usual = quantile * math.sqrt(float(np.sign(gaps) @ noise @ np.sign(gaps)))
    return value, max(0.0, value - noise_alone), min(1.0, value + usual)


def _furthest(stated: Iterator[dict[str, Any]], found: list[dict[str, Any]]) -> float:
    """Return the largest difference between the two ways; infinite where one has a line that the other lacks."""
    mine = {(row["window_start"], row["segment"], row["metric"]): row for row in stated}
    theirs = {(row["window_start"], row["segment"], row["metric"]): row for row in found}
    if mine.keys() != theirs.keys():
        return math.inf
    ends = ("value", "low", "high")
    return float(max(abs(row[end] - theirs[line][end]) for line, row in mine.items() for end in ends))


if __name__ == "__main__":
    main()
