"""Run one contender in a process of its own, and print what it took as JSON.

`benchmarks/training.py` runs this as `python -m benchmarks.fitting.worker CONTENDER TASK FOLDER TRACKING_URI`.
Libraries are imported before the clock starts, for both contenders. `courtside` is the training workflow from its fit
to its record, with the legacy files; reading games and building features is not counted, because the other gets them
ready. `naive` is the script that people write first.
"""

import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from embedded_aws.demo.memory import PeakMemory

LIBRARIES = (
    "sklearn.ensemble",
    "xgboost",
    "lightgbm",
    "skops.io",
    "mlflow.sklearn",
    "mlflow.xgboost",
    "mlflow.lightgbm",
)
Measured = dict[str, Any]
FIGURES = {"binary": "test_auc", "multiclass": "log_loss", "regression": "test_rmse"}
"""What is told of every model, so that one sees that both fitted the same."""


def main() -> None:
    """Measure the contender and print the figures."""
    contender, task, folder, uri = sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4]
    for library in LIBRARIES:
        import_module(library)
    prepare = {"courtside": courtside, "naive": naive}[contender]
    run = prepare(task, folder, uri)
    cpu = time.process_time()
    with PeakMemory() as memory:
        measured = run()
    used = time.process_time() - cpu
    print(json.dumps(measured | {"cpu_seconds": used, "peak_mb": memory.peak_mb}))


def courtside(task: str, folder: Path, uri: str) -> Callable[[], Measured]:
    """Train and log with the workflow that the training task runs."""
    from benchmarks.fitting.games import contract
    from benchmarks.fitting.tables import NEWEST
    from courtside.adapters.folder_lake import FolderLake
    from courtside.adapters.mlflow_tracking import MlflowTracking
    from courtside.contracts.events import RetrainingRequest, Trigger
    from courtside.workflows.train import train

    dataset, chooses = contract(task), FIGURES[task]
    request = RetrainingRequest(
        model=dataset.name, training_id=uuid.uuid4().hex, as_of=date.max, trigger=Trigger.MANUAL, reason="benchmark"
    )

    def run() -> Measured:
        record = train(
            request,
            lake=FolderLake(folder / "lake"),
            tracking=MlflowTracking(uri),
            dataset=dataset,
            newest_rows=NEWEST,
            with_reference=False,
        )
        wall = sum(seconds for part, seconds in record.seconds.items() if part != "features")
        found = {model.name: model.measured(chooses) for model in record.models}
        return {"wall_seconds": wall, "seconds_by_part": record.seconds, chooses: found}

    return run


def naive(task: str, folder: Path, uri: str) -> Callable[[], Measured]:
    """Fit the models one after the other with the libraries' defaults, and log each with a plain `log_model`."""
    import mlflow

    from benchmarks.fitting.games import contract
    from benchmarks.fitting.scripts import measured, models
    from courtside.core.training.candidates import candidates_of

    dataset, chooses, scripts = contract(task), FIGURES[task], models(task)
    parts = [pd.read_parquet(folder / f"{part}_{task}.parquet") for part in ("train", "test")]
    train, test = ((part[dataset.feature_names].astype("float64"), part[dataset.target]) for part in parts)

    def run() -> Measured:
        began, found = time.perf_counter(), {}
        logging = 0.0
        mlflow.set_tracking_uri(uri)
        mlflow.set_experiment(f"naive {task}")
        for name, (model, log_model) in scripts.items():
            model.fit(*train)
            metrics = measured(task, model, train, test)
            found[name] = float(metrics[chooses])
            fitted = time.perf_counter()
            with mlflow.start_run(run_name=name):
                mlflow.log_params({"model_name": name, **candidates_of(task)[name].params})
                mlflow.log_metrics(metrics)
                log_model(model, name="model")
            logging += time.perf_counter() - fitted
        wall = time.perf_counter() - began
        parts = {"fit": round(wall - logging, 3), "tracking": round(logging, 3)}
        return {"wall_seconds": wall, "seconds_by_part": parts, chooses: found}

    return run


if __name__ == "__main__":
    # The training task sets this too. Without it the script's boosters would wait for each other for minutes.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    main()
