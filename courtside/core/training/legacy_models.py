"""The files that the previous system read: five pickles and a table of results."""

import csv
import io
import pickle
from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np

from courtside.core.training.fit import TrainedModel
from courtside.core.training.metrics import LEGACY
from courtside.core.training.preprocessing import COLUMNS, SCALER
from courtside.core.training.probability_calibration import uncalibrated


def legacy_files(models: Sequence[TrainedModel]) -> dict[str, bytes]:
    """Return file name → content: `<name>.pkl` for every model, `scaler.pkl` and `model_results.csv`.

    The logistic regression is split as it always was: the bare model, and the scaler in a file of its own, together
    with the encoders of categories, if there are any. The imputer of plain numbers is left out, because the previous
    system's rows have no gaps and its readers expect a scaler. Models are written before any calibration.
    """
    files = {}
    for model in models:
        estimator: Any = uncalibrated(model.estimator)
        if model.name == "logistic_regression":
            files["scaler.pkl"] = pickle.dumps(_before(estimator))
            estimator = estimator[-1]
        files[f"{model.name}.pkl"] = pickle.dumps(estimator)
    files["model_results.csv"] = _results(models)
    return files


def _before(pipeline: Any) -> Any:
    """Return what a reader of the previous system applies before the bare model."""
    columns, scaler = pipeline.named_steps.get(COLUMNS), pipeline.named_steps[SCALER]
    if columns is not None and len(columns.transformers_) > 1:
        return pipeline[:-1]
    if columns is not None:  # the previous system's scaler knows the names of its columns
        scaler = copy(scaler)
        scaler.feature_names_in_ = np.array(columns.transformers_[0][2], dtype=object)
    return scaler


def _results(models: Sequence[TrainedModel]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["model_name", *LEGACY], lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({"model_name": model.name, **model.metrics.as_dict()} for model in models)
    return text.getvalue().encode()
