"""Probabilities that come true as often as they say: an optional last step of the best candidate, or all of a training.

A recalibration is always Platt's, never isotonic: it is learned from few and recent rows, where isotonic regression
over-fits (A. Niculescu-Mizil, R. Caruana, "Predicting good probabilities with supervised learning", ICML 2005, found it
behind Platt's below 1,000 rows), and its steps make ties, so the ranking, and with it the AUC, would not stay.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from courtside.contracts.records import Calibration
from courtside.core.training.candidates import Classifier
from courtside.core.training.served_input import LogOdds, Served
from courtside.core.training.served_values import ServedRegressor


def calibrated(estimator: Any, rows: pd.DataFrame, labels: NDArray[np.int8], *, method: Calibration) -> Classifier:
    """Return a fitted `estimator` with its probabilities calibrated on `rows`, which it must not have learned from."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.frozen import FrozenEstimator

    # The folds only determine in which pieces the frozen model predicts: the calibration learns from all rows.
    model: Classifier = CalibratedClassifierCV(
        FrozenEstimator(estimator), method=method.value, cv=2, ensemble=False
    ).fit(rows, labels)
    return model


def carried_over(calibrated: Any, estimator: Any) -> Any:
    """Return another fitted model behind the calibration that was fitted for `calibrated`, which stays as it is."""
    from copy import copy

    from sklearn.frozen import FrozenEstimator

    found, (inner,) = copy(calibrated), calibrated.calibrated_classifiers_
    found.estimator = FrozenEstimator(estimator)
    own = copy(inner)
    own.estimator = found.estimator
    found.calibrated_classifiers_ = [own]
    return found


def recalibrated(estimator: Any, rows: pd.DataFrame, labels: NDArray[np.int8]) -> Any:
    """Return a fitted model whose log odds are mapped by a line that is fitted to `rows`; the model stays as it is.

    `estimator` is what `fitted_model` returned, so a map that a model already had is replaced.
    """
    return calibrated(LogOdds(estimator), rows, labels, method=Calibration.SIGMOID)


def slope_and_intercept(recalibrated: Any) -> tuple[float, float]:
    """Return the line of a recalibrated model."""
    (line,) = recalibrated.calibrated_classifiers_[0].calibrators
    return -float(line.a_), -float(line.b_)  # scikit-learn writes 1 / (1 + exp(a f + b))


def uncalibrated(estimator: Any) -> Any:
    """Return the model inside a calibrated one; any other model is returned as it is."""
    if not hasattr(estimator, "calibrated_classifiers_"):
        return estimator
    inner = estimator.estimator.estimator
    return inner.estimator if isinstance(inner, LogOdds) else inner


def fitted_model(served: Any) -> Any | None:
    """Return the model inside one that was logged, as it was fitted and without any calibration.

    Returns None for a model that was not logged by Courtside.
    """
    if isinstance(served, Served | ServedRegressor):
        return uncalibrated(served.estimator)
    return served.fitted() if hasattr(served, "served_columns") else None
