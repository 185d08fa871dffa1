"""Time the prediction of a million rows from file to file against a loop written by hand, for every family of models.

Both read the same parquet file in pieces and write the same columns (id, prediction, version, reason) into parquet; the
loop asks the fitted estimator itself, Courtside the model as it is logged. `ratio` is the loop's CPU seconds divided by
Courtside's: 0.8 and more is asked for. CPU seconds, not those of the clock, because machines of builds are shared.
Courtside's peak memory is measured with one and with three times the rows, each in a process of its own: it must not
grow with them. The output is JSON.

Run `python -m benchmarks.predict_rows [--rows N] [--family NAME] [--strict]` from the project's root.
"""

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from courtside.adapters.mlflow_models import RegisteredChampion
from courtside.adapters.prediction_files import write_predictions
from courtside.adapters.served_models import served_model
from courtside.contracts.model_card import ModelInterface
from courtside.contracts.scoring import Role
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.drift.reading import open_table
from courtside.core.training.candidates import ALL, Candidate
from courtside.core.training.fit import TrainedModel, fit_candidates, probability
from courtside.core.training.frame import taken_as
from courtside.core.training.split import split_rows
from courtside.workflows.ports import CandidateRun
from courtside.workflows.predict.score_table import scored_table
from courtside.workflows.predict.versions import Predicting

PIECE = 250_000
TRAINED_ROWS = 20_000
LIMIT_RATIO, LIMIT_GROWTH = 0.8, 1.15
MOST_REPEATS, ENOUGH_SECONDS = 3, 5.0
"""A family is measured several times, and the least counts, unless that takes long: then single runs differ little."""
NAMES = tuple(f"feature_{place:02}" for place in range(16))
DATASET = Dataset(
    name="benchmark",
    time_column=None,
    season_column=None,
    id_columns=("row",),
    target="label",
    features=tuple(Feature(name, FeatureKind.NUMERIC) for name in NAMES),
    builder=None,
    reference_seasons=1,
)


def rows(count: int, first: int = 0) -> pa.Table:
    """Draw rows with 16 features, of which some matter."""
    draw = np.random.default_rng(first + 1)
    values = draw.normal(size=(16, count))
    odds = values[0] - 0.5 * values[1] + 0.3 * values[2] * values[3]
    label = (draw.random(count) < 1 / (1 + np.exp(-odds))).astype(np.int8)
    columns: dict[str, Any] = {"row": np.arange(first, first + count), **dict(zip(NAMES, values, strict=True))}
    return pa.table({**columns, "label": label})


def fitted(candidate: Candidate) -> tuple[TrainedModel, Predicting]:
    """Return a fitted model, and the same as a version that predicts."""
    split = split_rows(rows(TRAINED_ROWS), dataset=DATASET)
    (model,) = fit_candidates(split, dataset=DATASET, candidates=[candidate])
    interface = ModelInterface.of(DATASET.target, (0, 1), taken_as(split.train.schema, DATASET))
    run = CandidateRun(model.name, model.flavor, model.estimator, params={}, metrics={}, plots={})
    champion = _Served(served_model(run, interface))
    return model, Predicting("1", Role.CHAMPION, "", champion, interface)


class _Served(RegisteredChampion):
    """A version from memory instead of from its files."""

    def __init__(self, classifier: Any) -> None:
        self.version, self._classifier = "1", classifier


def by_courtside(version: Predicting, path: Path, out: Path) -> None:
    """Predict a file as `courtside predict --table` does."""
    table = open_table(fs.LocalFileSystem(), str(path), name="rows")
    write_predictions(scored_table(table, version, DATASET), out)


def by_hand(model: TrainedModel, path: Path, out: Path) -> None:
    """Predict a file as a person writes it down."""
    fields: list[tuple[str, pa.DataType]] = [
        ("row", pa.int64()),
        ("prediction", pa.float64()),
        ("version", pa.string()),
        ("reason", pa.string()),
    ]
    schema = pa.schema(fields)
    with pq.ParquetFile(path) as file, pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in file.iter_batches(PIECE, columns=["row", *NAMES]):
            said = probability(model.estimator, batch.select(list(NAMES)).to_pandas())
            columns = [
                batch.column("row"),
                pa.array(said),
                pa.array(["1"] * len(said)),
                pa.nulls(len(said), pa.string()),
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def cpu_seconds(work: Callable[[], None]) -> float:
    """Return how long this process computed."""
    began = time.process_time()
    work()
    return time.process_time() - began


def written(folder: Path, count: int) -> Path:
    """Write a file of rows, piece by piece."""
    path = folder / f"rows_{count}.parquet"
    with pq.ParquetWriter(path, rows(1).schema) as writer:
        for first in range(0, count, PIECE):
            writer.write_table(rows(min(PIECE, count - first), first))
    return path


def _peak(candidate: Candidate, path: Path, out: Path, said: Any) -> None:
    _, version = fitted(candidate)
    by_courtside(version, path, out)
    said.put(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def peak_mib(candidate: Candidate, path: Path, out: Path) -> float:
    """Return the peak memory of a process that trains a small model and predicts a file."""
    context = multiprocessing.get_context("spawn")
    said = context.Queue()
    process = context.Process(target=_peak, args=(candidate, path, out, said))
    process.start()
    found = float(said.get())
    process.join()
    return found


def measured(candidate: Candidate, folder: Path, count: int) -> dict[str, Any]:
    """Measure one family."""
    model, version = fitted(candidate)
    path, ours, theirs = written(folder, count), folder / "ours.parquet", folder / "theirs.parquet"
    seconds: list[tuple[float, float]] = []
    while len(seconds) < MOST_REPEATS and sum(map(sum, seconds)) < ENOUGH_SECONDS:
        loop = cpu_seconds(lambda: by_hand(model, path, theirs))
        seconds.append((loop, cpu_seconds(lambda: by_courtside(version, path, ours))))
    assert pq.read_table(ours).equals(pq.read_table(theirs))
    loop, courtside = (min(each) for each in zip(*seconds, strict=True))
    return {
        "rows": count,
        "loop_cpu_seconds": round(loop, 2),
        "courtside_cpu_seconds": round(courtside, 2),
        "ratio": round(loop / courtside, 2),
    }


def main() -> None:
    """Measure every family, and the memory of one, and print them."""
    parser = argparse.ArgumentParser(description="Compare the prediction of many rows with a loop written by hand.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="predict so many rows")
    parser.add_argument("--family", choices=[each.name for each in ALL], help="measure only this family")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a limit does not hold")
    options = parser.parse_args()
    families = [each for each in ALL if options.family in {None, each.name}]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        found = {each.name: measured(each, folder, options.rows) for each in families}
        out = folder / "ours.parquet"
        peaks = {n: peak_mib(families[0], written(folder, n), out) for n in (options.rows, 3 * options.rows)}
    growth = peaks[3 * options.rows] / peaks[options.rows]
    ok = growth <= LIMIT_GROWTH and all(each["ratio"] >= LIMIT_RATIO for each in found.values())
    memory = {"peak_mib": {str(n): round(peak) for n, peak in peaks.items()}, "growth": round(growth, 3)}
    print(json.dumps({"benchmark": "predict_rows", "families": found, "memory": memory, "ok": ok}, indent=2))
    if options.strict and not ok:
        sys.exit(1)


if __name__ == "__main__":
    main()
