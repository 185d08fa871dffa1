"""Probabilities that come true as often as they say: an optional last step of the best candidate."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from courtside.contracts.records import Calibration
from courtside.core.training.candidates import Classifier


def calibrated(
    estimator: Classifier, rows: pd.DataFrame, labels: NDArray[np.int8], *, method: Calibration
) -> Classifier:
    """Return a fitted `estimator` with its probabilities calibrated on `rows`, which it must not have learned from."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.frozen import FrozenEstimator

    # The folds only determine in which pieces the frozen model predicts: the calibration learns from all rows.
    model: Classifier = CalibratedClassifierCV(
        FrozenEstimator(estimator), method=method.value, cv=2, ensemble=False
    ).fit(rows, labels)
    return model


def uncalibrated(estimator: Any) -> Any:
    """Return the model inside a calibrated one; any other model is returned as it is."""
    return estimator.estimator.estimator if hasattr(estimator, "calibrated_classifiers_") else estimator
