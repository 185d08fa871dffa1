"""Run one contender in a process of its own, and print what it took as JSON.

`benchmarks/training.py` runs this as `python -m benchmarks.fitting.worker CONTENDER FOLDER TRACKING_URI`. Libraries
are imported before the clock starts, for both contenders. `courtside` is the training workflow from its fit to its
record, with the legacy files; reading games and building features is not counted, because the other gets them
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


def main() -> None:
    """Measure the contender and print the figures."""
    contender, folder, uri = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    for library in LIBRARIES:
        import_module(library)
    prepare = {"courtside": courtside, "naive": naive}[contender]
    run = prepare(folder, uri)
    cpu = time.process_time()
    with PeakMemory() as memory:
        measured = run()
    used = time.process_time() - cpu
    print(json.dumps(measured | {"cpu_seconds": used, "peak_mb": memory.peak_mb}))


def courtside(folder: Path, uri: str) -> Callable[[], Measured]:
    """Train and log with the workflow that the training task runs."""
    from benchmarks.fitting.tables import NEWEST
    from courtside.adapters.folder_lake import FolderLake
    from courtside.adapters.mlflow_tracking import MlflowTracking
    from courtside.contracts.events import RetrainingRequest, Trigger
    from courtside.datasets.catalog import load_dataset
    from courtside.workflows.train import train

    request = RetrainingRequest(
        model="nba_games", training_id=uuid.uuid4().hex, as_of=date.max, trigger=Trigger.MANUAL, reason="benchmark"
    )

    def run() -> Measured:
        record = train(
            request,
            lake=FolderLake(folder / "lake"),
            tracking=MlflowTracking(uri),
            dataset=load_dataset("nba_games"),
            newest_rows=NEWEST,
            with_reference=False,
        )
        wall = sum(seconds for part, seconds in record.seconds.items() if part != "features")
        aucs = {model.name: model.test_auc for model in record.models}
        return {"wall_seconds": wall, "seconds_by_part": record.seconds, "test_auc": aucs}

    return run


def naive(folder: Path, uri: str) -> Callable[[], Measured]:
    """Fit the models one after the other with the libraries' defaults, and log each with a plain `log_model`."""
    import mlflow
    import mlflow.lightgbm
    import mlflow.sklearn
    import mlflow.xgboost
    from lightgbm import LGBMClassifier
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, precision_recall_fscore_support, roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from xgboost import XGBClassifier

    from courtside.core.training.candidates import REGISTRY
    from courtside.datasets.catalog import load_dataset

    dataset = load_dataset("nba_games")
    train, test = (pd.read_parquet(folder / f"{part}.parquet") for part in ("train", "test"))
    train_x, test_x = (part[dataset.feature_names].astype("float64") for part in (train, test))
    train_y, test_y = train[dataset.target], test[dataset.target]
    params: dict[str, dict[str, Any]] = {name: dict(candidate.params) for name, candidate in REGISTRY.items()}
    trusted = {"skops_trusted_types": ["sklearn.tree._tree.Tree"]}
    scripts: dict[str, tuple[Any, Callable[..., Any]]] = {
        "logistic_regression": (
            make_pipeline(StandardScaler(), LogisticRegression(**params["logistic_regression"])),
            mlflow.sklearn.log_model,
        ),
        "random_forest": (
            RandomForestClassifier(**params["random_forest"]),
            lambda model, **given: mlflow.sklearn.log_model(model, **given, **trusted),
        ),
        "xgboost": (XGBClassifier(**params["xgboost"]), mlflow.xgboost.log_model),
        "lightgbm": (LGBMClassifier(**params["lightgbm"]), mlflow.lightgbm.log_model),
    }

    def run() -> Measured:
        began, aucs = time.perf_counter(), {}
        logging = 0.0
        mlflow.set_tracking_uri(uri)
        mlflow.set_experiment("naive")
        for name, (model, log_model) in scripts.items():
            model.fit(train_x, train_y)
            said = model.predict_proba(test_x)[:, 1]
            precision, recall, f1, _ = precision_recall_fscore_support(test_y, said > 0.5, average="binary")
            aucs[name] = float(roc_auc_score(test_y, said))
            metrics = {
                "train_accuracy": accuracy_score(train_y, model.predict(train_x)),
                "test_accuracy": accuracy_score(test_y, said > 0.5),
                "test_auc": aucs[name],
                "precision": precision,
                "recall": recall,
                "f1_score": f1,
            }
            fitted = time.perf_counter()
            with mlflow.start_run(run_name=name):
                mlflow.log_params({"model_name": name, **params[name]})
                mlflow.log_metrics(metrics)
                log_model(model, name="model")
            logging += time.perf_counter() - fitted
        wall = time.perf_counter() - began
        parts = {"fit": round(wall - logging, 3), "tracking": round(logging, 3)}
        return {"wall_seconds": wall, "seconds_by_part": parts, "test_auc": aucs}

    return run


if __name__ == "__main__":
    # The training task sets this too. Without it the script's boosters would wait for each other for minutes.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    main()
