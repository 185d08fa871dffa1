"""Models are saved and loaded without a server, by libraries that were imported before."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from courtside.adapters.mlflow_tracking import MlflowTracking
from tests.fakes.small_training import FEATURES, ROWS, small_run

NAMES = {"logistic_regression", "random_forest", "xgboost", "lightgbm"}
FRAME = pd.DataFrame({name: ROWS.column(name).to_numpy() for name in FEATURES})


def test_models_are_saved_and_loaded_without_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tracking, run = MlflowTracking("http://127.0.0.1:9"), small_run()
    files = tracking.save(run)
    assert {path.split("/")[0] for path in files} == NAMES
    assert not [path for path in files if path.endswith((".pkl", ".pickle"))]
    loaded = tracking.load(files)
    for candidate in run.candidates:
        said = loaded[candidate.name].predict_proba(FRAME)
        assert np.allclose(said, candidate.estimator.predict_proba(FRAME), rtol=0, atol=1e-12)
    assert list(tmp_path.iterdir()) == []


def test_prepare_imports_all_that_saving_the_first_model_would_import() -> None:
    """After `prepare`, saving models imports only each library's own flavor and no further part of MLflow."""
    script = """
import sys
from courtside.adapters.mlflow_tracking import MlflowTracking
from tests.fakes.small_training import small_run
run = small_run()
MlflowTracking.prepare()
before = set(sys.modules)
MlflowTracking("http://127.0.0.1:9").save(run)
late = {name for name in set(sys.modules) - before if name.startswith("mlflow")}
assert late <= {"mlflow.lightgbm", "mlflow.sklearn", "mlflow.xgboost"}, late
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=300, cwd=Path(__file__).parents[3])
