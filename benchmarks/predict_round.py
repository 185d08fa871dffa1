"""Measure the memory that a round takes which predicts many rows, and that of one which finds them unchanged.

The lake is a folder with files of 250,000 rows of 16 features, and the model a logistic regression. Rounds of one and
of three times as many rows run in processes of their own: the peak memory must not grow with the rows. The output is
JSON.

Run `python -m benchmarks.predict_round [--rows N] [--strict]` from the project's root.
"""

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.predict_rows import DATASET, PIECE, fitted, rows
from courtside.adapters.folder_lake import FolderLake
from courtside.bootstrap.scoring import warm_models
from courtside.contracts import lake_keys
from courtside.contracts.records import ChampionPointer
from courtside.contracts.scoring import PredictRequest
from courtside.core.training.candidates import ALL
from courtside.workflows.incidents import Incidents
from courtside.workflows.predict.predict import Predict
from courtside.workflows.predict.set_aside import SetAside
from courtside.workflows.predict.versions import Predicting, Versions
from tests.fakes.ports import InMemoryLedger, RecordedAlerts

AS_OF = date(2026, 3, 10)
TIMED = replace(DATASET, time_column="day")
FAMILY = next(each for each in ALL if each.name == "logistic_regression")
LIMIT_GROWTH = 1.15
_POINTER = ChampionPointer(version="1", previous=None, reason="a benchmark", sha256="0" * 64)


@dataclass(frozen=True, slots=True)
class OneVersion(Versions):
    """A version from memory instead of from its seal."""

    version: Predicting | None = None

    def pointer(self) -> ChampionPointer | None:
        """Return that it is champion."""
        return _POINTER

    def champion(self, pointer: ChampionPointer) -> Predicting:  # noqa: ARG002 — there is one version only
        """Return it."""
        assert self.version is not None
        return self.version


def written(lake: FolderLake, count: int) -> None:
    """Write files of rows that have no label yet."""
    for first in range(0, count, PIECE):
        table = rows(min(PIECE, count - first), first)
        size = table.num_rows
        unlabelled = table.set_column(table.schema.get_field_index("label"), "label", pa.nulls(size, pa.int8()))
        path = lake.root / f"{lake_keys.tables(DATASET.name)}{first:09}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(unlabelled.append_column("day", pa.repeat(pa.scalar(AS_OF, pa.date32()), size)), path)


def _round(folder: Path, said: Any) -> None:
    _, version = fitted(FAMILY)
    lake, ledger = FolderLake(folder), InMemoryLedger()
    aside = SetAside(DATASET.name, lake, Incidents(ledger, lake, RecordedAlerts()))
    versions = OneVersion(DATASET.name, lake, ledger, warm_models(), version)
    began = time.process_time()
    done = Predict(TIMED, lake, versions, aside).run(
        PredictRequest(model=DATASET.name, as_of=AS_OF), now=datetime.now(UTC)
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said.put((done.predicted, done.unchanged, round(peak), round(time.process_time() - began, 2)))


def measured(folder: Path) -> tuple[int, int, int, float]:
    """Run a round in a process of its own; return how many rows were predicted and unchanged, MiB and CPU seconds."""
    context = multiprocessing.get_context("spawn")
    said = context.Queue()
    process = context.Process(target=_round, args=(folder, said))
    process.start()
    found: tuple[int, int, int, float] = said.get()
    process.join()
    return found


def main() -> None:
    """Measure rounds of two sizes, each twice, and print them."""
    parser = argparse.ArgumentParser(description="Measure the memory of a round that predicts many rows.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="predict so many rows, and three times as many")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if the limit does not hold")
    options = parser.parse_args()
    found: dict[str, dict[str, Any]] = {}
    for count in (options.rows, 3 * options.rows):
        with tempfile.TemporaryDirectory() as folder:
            written(FolderLake(Path(folder)), count)
            for name, expected in (("predicted", (count, 0)), ("unchanged", (0, count))):
                *rows_of, peak, seconds = measured(Path(folder))
                assert tuple(rows_of) == expected, rows_of
                found.setdefault(name, {})[str(count)] = {"peak_mib": peak, "cpu_seconds": seconds}
    growth = {
        name: round(sizes[str(3 * options.rows)]["peak_mib"] / sizes[str(options.rows)]["peak_mib"], 3)
        for name, sizes in found.items()
    }
    ok = all(each <= LIMIT_GROWTH for each in growth.values())
    print(json.dumps({"benchmark": "predict_round", "rounds": found, "growth": growth, "ok": ok}, indent=2))
    if options.strict and not ok:
        sys.exit(1)


if __name__ == "__main__":
    main()
