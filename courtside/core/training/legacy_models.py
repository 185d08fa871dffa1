"""The files that the previous system read: five pickles and a table of results."""

import csv
import io
import pickle
from collections.abc import Sequence
from typing import Any

from courtside.core.training.fit import TrainedModel
from courtside.core.training.metrics import LEGACY
from courtside.core.training.probability_calibration import uncalibrated


def legacy_files(models: Sequence[TrainedModel]) -> dict[str, bytes]:
    """Return file name → content: `<name>.pkl` for every model, `scaler.pkl` and `model_results.csv`.

    The logistic regression is split as it always was: the bare model, and the scaler in a file of its own, together
    with whatever else comes before the model. Models are written as they were fitted, before any calibration.
    """
    files = {}
    for model in models:
        estimator: Any = uncalibrated(model.estimator)
        if model.name == "logistic_regression":
            before = estimator[:-1]
            files["scaler.pkl"] = pickle.dumps(before[0] if len(before) == 1 else before)
            estimator = estimator[-1]
        files[f"{model.name}.pkl"] = pickle.dumps(estimator)
    files["model_results.csv"] = _results(models)
    return files


def _results(models: Sequence[TrainedModel]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["model_name", *LEGACY], lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({"model_name": model.name, **model.metrics.as_dict()} for model in models)
    return text.getvalue().encode()
