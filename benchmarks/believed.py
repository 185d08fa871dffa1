"""Join up to 100 million predictions with their labels, as of a day, and print time and peak memory as JSON.

The lake is a folder that is filled in pieces and removed at the end: a twentieth of the rows is predicted twice before
its day, a fiftieth of the labels is corrected later, a twentieth of the rows has none. Each size runs in a process of
its own, and what comes out is compared with what was put in. `growth` is the largest size's peak memory beside that of
a tenth of it: it does not grow with the rows. DuckDB joins the same files by SQL into the same rows, with 1 GB of
memory and its own reader of parquet.

Run `python -m benchmarks.believed [--rows N] [--strict]` from the project's root; 100 million rows take half an hour
and up to 15 GB of disk.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.adapters.folder_lake import FolderLake
from courtside.contracts import lake_keys
from courtside.core.archive_schemas import LABELS, PREDICTIONS
from courtside.core.drift.reading import ALL_DAYS
from courtside.datasets.catalog import load_dataset
from courtside.workflows.archive_log import MOST_ROWS, ArchiveLog
from courtside.workflows.believed import Beliefs

MODEL = "churn"
FIRST, DAYS = date(2025, 1, 1), 365
AS_OF = FIRST + timedelta(days=2 * DAYS)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
AGAIN, CORRECTED, UNLABELLED = 20, 50, 20
LIMIT_GROWTH = 1.25

SQL = """
with labels as (
    select id, label from read_parquet('{labels}', filename = true)
    qualify row_number() over (partition by id order by known_on desc, filename desc) = 1
), predictions as (
    select id, time, as_of, version, role, prediction, revision, segments from read_parquet('{predictions}')
    qualify row_number() over (
        partition by id, version, role
        order by as_of <= time::date desc, case when as_of <= time::date then as_of end desc, as_of, revision desc
    ) = 1
)
select predictions.*, label from predictions left join labels using (id)
"""


def main() -> None:
    """Measure both sizes and DuckDB, and print them."""
    parser = argparse.ArgumentParser(description="Measure the join of predictions and labels.")
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")
    parser.add_argument(
        "--rows", type=lambda said: int(float(said)), default=100_000_000, help="rows of the larger size"
    )
    parser.add_argument("--strict", action="store_true", help="exit with 1 if the memory grows")
    parser.add_argument("--only", nargs=2, metavar=("ENGINE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        engine, folder = options.only
        print(json.dumps(_measured(engine, Path(folder))))
        return
    with tempfile.TemporaryDirectory() as temporary:
        sizes = {rows: _filled(Path(temporary, str(rows)), rows) for rows in (options.rows // 10, options.rows)}
        small, large = (_in_own_process("courtside", folder, rows) for rows, folder in sizes.items())
        peers = [_in_own_process("duckdb", folder, rows) for rows, folder in sizes.items()]
    growth = round(large["peak_mb"] / small["peak_mb"], 2)
    figures = {"sizes": [small, large], "duckdb": peers, "growth": growth, "limit_growth": LIMIT_GROWTH}
    print(json.dumps({"benchmark": "believed", **figures}, indent=2))
    if options.strict and growth > LIMIT_GROWTH:
        sys.exit(1)


def _in_own_process(engine: str, folder: Path, rows: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.believed", "--only", engine, str(folder)]
    figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    found, expected = figures.pop("found"), json.loads((folder / "expected.json").read_text())
    if not np.allclose(found, expected, rtol=1e-9):
        raise RuntimeError(f"{engine} found {found} among {rows} rows, and not {expected}")
    return {"rows": rows, **figures}


def _measured(engine: str, folder: Path) -> dict[str, Any]:
    began, before = time.perf_counter(), time.process_time()
    found = _by_courtside(folder) if engine == "courtside" else _by_duckdb(folder)
    return {
        "found": found,
        "seconds": round(time.perf_counter() - began, 1),
        "cpu_seconds": round(time.process_time() - before, 1),
        "peak_mb": round(
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
        ),
    }


def _by_courtside(folder: Path) -> list[float]:
    beliefs = Beliefs(FolderLake(folder), load_dataset("courtside/datasets/examples/churn.yaml"), AS_OF)
    return _counted(beliefs.parts(ALL_DAYS))


def _counted(tables: Iterable[pa.Table | pa.RecordBatch]) -> list[float]:
    """Return how many rows and labels came, how many are positive, and the sum of the predictions."""
    found = np.zeros(4)
    for table in tables:
        label: Any = table.column("label")
        positive: Any = pc.equal(label, pa.scalar("1"))
        prediction = table.column("prediction").to_numpy()
        found += [
            table.num_rows,
            table.num_rows - label.null_count,
            pc.sum(positive.cast(pa.int64())).as_py() or 0,
            prediction.sum(),
        ]
    return [float(each) for each in found]


def _by_duckdb(folder: Path) -> list[float]:
    spilled = str(folder / "duckdb")
    with duckdb.connect(
        config={"memory_limit": "1GB", "temp_directory": spilled, "preserve_insertion_order": False}
    ) as con:
        con.execute("set TimeZone = 'UTC'")
        places = {name: f"{folder}/archive/{name}/model={MODEL}/*/*.parquet" for name in ("labels", "predictions")}
        found = _counted(con.sql(SQL.format(**places)).to_arrow_reader(100_000))
    shutil.rmtree(spilled, ignore_errors=True)
    return found


def _filled(folder: Path, rows: int) -> Path:
    """Fill a lake with predictions and labels of so many rows, piece by piece, and note what a join must find."""
    lake, rng, expected = FolderLake(folder), np.random.default_rng(18), np.zeros(4)
    for start in range(0, rows, MOST_ROWS):
        number = np.arange(start, min(start + MOST_ROWS, rows))
        day = np.datetime64(FIRST) + (number * DAYS // rows).astype("timedelta64[D]")
        value, again = rng.random(len(number)), number % AGAIN == 0
        _predict(lake, number, day, value, before=2)
        _predict(lake, number[again], day[again], value[again] + 1, before=1)
        known, corrected = number % UNLABELLED != 1, number % CORRECTED == 0
        label = rng.random(len(number)) < value
        _label(lake, number[known], day[known], label[known], after=3)
        _label(lake, number[corrected], day[corrected], ~label[corrected], after=30)
        positive = (label ^ corrected)[known].sum()
        expected += [len(number), known.sum(), positive, value.sum() + again.sum()]
    (folder / "expected.json").write_text(json.dumps(expected.tolist()))
    return folder


def _predict(lake: FolderLake, number: NDArray[np.int64], day: Any, value: NDArray[np.float64], *, before: int) -> None:
    count = len(number)
    offsets: Any = pa.array(np.arange(count + 1, dtype=np.int32))
    regions: Any = pa.array(["north", "south", "east", "west", "middle"]).take(pa.array(number % 5, pa.int64()))
    names: Any = pa.repeat("region", count)
    columns = {
        "id": _ids(number),
        "time": pa.array(day.astype("datetime64[us]")).cast(PREDICTIONS.field("time").type),
        "as_of": pa.array(day - np.timedelta64(before, "D")),
        "made_at": pa.repeat(pa.scalar(NOW, PREDICTIONS.field("made_at").type), count),
        "version": pa.repeat("12", count),
        "sha256": pa.repeat("a" * 64, count),
        "role": pa.repeat("champion", count),
        "prediction": pa.array(value),
        "features_hash": pa.array(number).cast(pa.string()),
        "revision": pa.repeat(pa.scalar(1, pa.int32()), count),
        "segments": pa.MapArray.from_arrays(offsets, names, regions),
        "contributions": pa.nulls(count, PREDICTIONS.field("contributions").type),
        "in_hindsight": pa.repeat(pa.scalar(value=False), count),
        "local_day": pa.nulls(count, pa.date32()),
    }
    _append(lake, lake_keys.predictions(MODEL), PREDICTIONS, pa.table(columns), "as_of")


def _label(lake: FolderLake, number: NDArray[np.int64], day: Any, label: NDArray[np.bool_], *, after: int) -> None:
    columns = {
        "id": _ids(number),
        "label": pa.array(label.astype(np.int8)).cast(pa.string()),
        "known_on": pa.array(day + np.timedelta64(after, "D")),
        "recorded_at": pa.repeat(pa.scalar(NOW, LABELS.field("recorded_at").type), len(number)),
        "source": pa.repeat("table", len(number)),
        "revision": pa.repeat(pa.scalar(1 if after == 3 else 2, pa.int32()), len(number)),
    }
    _append(lake, lake_keys.labels(MODEL), LABELS, pa.table(columns), "known_on")


def _append(lake: FolderLake, prefix: str, schema: pa.Schema, table: pa.Table, day_column: str) -> None:
    """Write the rows of each day into a file of that day."""
    log, days = ArchiveLog(lake, prefix, schema), table.column(day_column)
    for day in np.unique(days.to_numpy()).astype("datetime64[D]").tolist():
        of_day = table.filter(pc.equal(days, pa.scalar(day, pa.date32())))
        log.append(day, partial(_always, of_day))


def _always(rows: pa.Table, _: object) -> pa.Table:
    return rows


def _ids(number: NDArray[np.int64]) -> Any:
    return pa.array(number * 7_919 % 10**10).cast(pa.string())


if __name__ == "__main__":
    main()
