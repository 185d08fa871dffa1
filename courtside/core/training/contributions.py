"""What each feature contributed to a prediction, where the model's own library says so exactly and fast.

Trees are asked for their Shapley values (TreeSHAP, Lundberg et al. 2020) by XGBoost's and LightGBM's own code; a linear
model's are its coefficients times the distance of each feature from its mean. No other model is explained.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from courtside.core.predictions.contributions import Contributions
from courtside.core.training.preprocessing import source_features
from courtside.core.training.probability_calibration import uncalibrated
from courtside.core.training.served_input import NUMBER, Served, as_trained
from courtside.core.training.served_values import ServedRegressor

_EXPLAINED = ("courtside", "lightgbm", "sklearn", "xgboost")


def contributions(served: Any, rows: Any) -> Contributions | None:
    """Return what each feature added to each row's prediction; None for a model that cannot say so.

    They are in the log-odds of class 1, or in the unit of the value; no model of several classes says them.
    `served` is a model as it is logged, `rows` a table with what it reads. Those of a category are the sum over its
    levels. Raises what `as_trained` raises.
    """
    columns = _columns(served)
    if columns is None:
        return None
    wrapped = isinstance(served, Served | ServedRegressor)
    estimator = uncalibrated(served.estimator) if wrapped else served
    taken = as_trained(rows, columns)
    if taken.empty:  # which estimators refuse
        return Contributions(tuple(columns), np.empty((0, len(columns))))
    steps = [step for _, step in getattr(estimator, "steps", (("model", estimator),))]
    made: Any = taken
    for step in steps[:-1]:
        made = step.transform(made)
    of_inputs = _of_inputs(steps, np.asarray(made, dtype=np.float64))
    if of_inputs is None:
        return None
    names = list(columns)
    by_feature = np.zeros((len(taken), len(names)))
    for place, source in enumerate(source_features(estimator, names)):
        by_feature[:, source] += of_inputs[:, place]
    calibrated = wrapped and estimator is not served.estimator
    return Contributions(tuple(names), by_feature, before_calibration=calibrated)


def _columns(served: Any) -> dict[str, str] | None:
    """Return what a logged model reads, by name; None for one that was not logged by Courtside."""
    if isinstance(served, Served | ServedRegressor):
        return dict(served.columns)
    names = getattr(served, "served_columns", None)
    return None if names is None else dict.fromkeys(names, NUMBER)


def _of_inputs(steps: list[Any], inputs: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return what each input of the last step contributed, shape as `inputs`; None where its library does not say."""
    # A class of a team's own may do something to its inputs before its library sees them.
    if type(steps[-1]).__module__.partition(".")[0] not in _EXPLAINED:
        return None
    last, libraries = steps[-1], {base.__module__.partition(".")[0] for base in type(steps[-1]).__mro__}
    if "xgboost" in libraries:
        import xgboost

        booster = last.get_booster()
        names = booster.feature_names
        said = booster.predict(xgboost.DMatrix(inputs, feature_names=names), pred_contribs=True)
    elif "lightgbm" in libraries:
        said = last.booster_.predict(inputs, pred_contrib=True)
    else:
        return _of_linear(steps, inputs)
    # The last column is what an average row has; several classes would have further dimensions.
    return np.asarray(said, dtype=np.float64)[:, :-1] if said.shape == (len(inputs), inputs.shape[1] + 1) else None


def _of_linear(steps: list[Any], inputs: NDArray[np.float64]) -> NDArray[np.float64] | None:
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.preprocessing import StandardScaler

    # The mean of what a scaler made is zero in training; without one, nobody knows the mean.
    if len(steps) < 2 or not isinstance(steps[-1], LogisticRegression | Ridge):
        return None
    coefficients = np.atleast_2d(steps[-1].coef_)
    if not isinstance(steps[-2], StandardScaler) or len(coefficients) > 1:
        return None
    found: NDArray[np.float64] = inputs * coefficients[0]
    return found
