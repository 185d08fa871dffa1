"""Build a model's pages from a year of archives, and those of a stage of 100 models; print JSON.

The limits are 3 s of a processor for a model, and a minute of two of them for the stage.

The archives lie in a folder: 365 daily checks of 16 features with their decisions, predictions and labels of 365 days
(10,000 rows), weekly statements and estimates, records and ledger. Putting together and drawing are timed, both from
nothing and again a day later, when months that are over are known. The stage's models are built one after the other,
each like the first one: the pages and notes of the model before are thrown away. The peer is a loop that only reads the
same files of parquet and JSON once, which any page would have to do.

Run `python -m benchmarks.dashboard_year [--strict]` from the project's root; it takes about two minutes.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from courtside.adapters.folder_lake import FolderLake
from courtside.contracts import dashboard_keys
from courtside.workflows.dashboard import Dashboard
from tests.fakes.recorded_year import NOW, RecordedStage

MODEL = "churn"
DAYS, ROWS, FEATURES, MODELS = 365, 10_000, 16, 100
LIMIT_SECONDS = 3.0
LIMIT_STAGE_SECONDS = 2 * 60.0
"""A minute of two processors: each model is built by a process of its own, as a round's functions are."""
LARGEST_PAGE = 1_000_000
READ_TOO = ("archive/drift", "archive/decisions", "archive/performance", "archive/estimates")


def main() -> None:
    """Record the models, build their pages and print how long that took."""
    parser = argparse.ArgumentParser(description="Measure how long the pages of a model-year and of a stage take.")
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a limit does not hold")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        stage = RecordedStage(FolderLake(root), features=FEATURES)
        stage.record(MODEL, DAYS, rows=ROWS)
        dashboard = Dashboard("dev", stage.models)
        peer = _timed(lambda: _read(root))
        times = [_timed(lambda: dashboard.publish_model(MODEL, now=NOW))]
        again = _timed(lambda: dashboard.publish_model(MODEL, now=NOW + timedelta(days=1)))
        summary = stage.lake.read(dashboard_keys.summary(MODEL))
        for number in range(1, MODELS):
            shutil.rmtree(root / dashboard_keys.pages(MODEL))  # the next model is one of which nothing was built
            times.append(_timed(lambda: dashboard.publish_model(MODEL, now=NOW)))
            stage.add(f"model{number:03d}")
            stage.lake.write(dashboard_keys.summary(f"model{number:03d}"), summary)
        overview = _timed(lambda: dashboard.publish_stage(now=NOW))
        page = len(stage.lake.read(dashboard_keys.model_page(MODEL)))
        overview_page = len(stage.lake.read(dashboard_keys.OVERVIEW_PAGE))
    first, whole = times[0], sum(times) + overview
    figures = {
        "benchmark": "dashboard_year",
        "checks": DAYS,
        "features": FEATURES,
        "predictions": ROWS,
        "cpu_seconds": round(first, 2),
        "cpu_seconds_a_day_later": round(again, 2),
        "only_reading_cpu_seconds": round(peer, 2),
        "ratio": round(first / peer, 2),
        "models": MODELS,
        "stage_cpu_seconds": round(whole, 1),
        "overview_cpu_seconds": round(overview, 2),
        "page_bytes": page,
        "overview_bytes": overview_page,
        "limit_cpu_seconds": LIMIT_SECONDS,
        "limit_stage_cpu_seconds": LIMIT_STAGE_SECONDS,
        "limit_page_bytes": LARGEST_PAGE,
        "ok": first <= LIMIT_SECONDS and whole <= LIMIT_STAGE_SECONDS and page <= LARGEST_PAGE,
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    if options.strict and not figures["ok"]:
        raise SystemExit(1)


def _read(root: Path) -> int:
    """Read the archives that a page is made from, one file after the other, and count them."""
    files = [file for table in READ_TOO for file in sorted((root / table / f"model={MODEL}").rglob("*.*"))]
    for file in files:
        if file.suffix == ".json":
            json.loads(file.read_bytes())
        else:
            pq.read_table(file).to_pylist()
    return len(files)


def _timed(work: Callable[[], Any]) -> float:
    """Return the seconds of the processor that something takes, which do not depend on what else the machine does."""
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
