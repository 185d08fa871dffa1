"""Direct loss estimation: how large the errors of a regression are, learned from the inputs and the prediction.

Source: the method that NannyML published under this name.
"""

import numpy as np
import pyarrow as pa

from courtside.core.estimation.density import ratios
from courtside.core.estimation.encoding import Encoder
from courtside.core.estimation.estimator import REGRESSION, Estimated, Estimator, Fitted, Numbers, Reference, Window
from courtside.core.estimation.support import WITHOUT_FEATURES, no_rows, outside_predictions, too_few_labels, too_unlike

PARAMS = {"n_estimators": 100, "num_leaves": 8, "learning_rate": 0.05, "n_jobs": 1, "verbose": -1, "random_state": 42}


def fit(reference: Reference) -> Fitted:
    """Learn the absolute and the squared errors and return what estimates windows."""
    refused = too_few_labels(reference)
    if refused is None and reference.features is None:
        refused = WITHOUT_FEATURES
    if refused is not None or reference.features is None:
        return lambda _: Estimated(refused=refused)
    from lightgbm import LGBMRegressor

    encoder, ratio_of = Encoder.of(reference.features), ratios(reference.features)
    rows = _rows(encoder, reference.features, reference.predictions)
    errors = np.abs(reference.labels.astype(np.float64) - reference.predictions)
    size, square = (
        LGBMRegressor(**PARAMS).fit(rows, each, categorical_feature=encoder.categories) for each in (errors, errors**2)
    )
    near = (np.quantile(reference.predictions, 0.95) - np.quantile(reference.predictions, 0.05)) / 10

    def estimate(window: Window) -> Estimated:
        if refused := no_rows(window) or outside_predictions(reference.predictions, window.predictions, near=near):
            return Estimated(refused=refused)
        if window.features is None:
            return Estimated(refused=WITHOUT_FEATURES)
        if refused := too_unlike(ratio_of(window.features)):
            return Estimated(refused=refused)
        asked = _rows(encoder, window.features, window.predictions)
        mae, mse = (max(0.0, float(learned.predict(asked).mean())) for learned in (size, square))
        return Estimated({"mae": mae, "rmse": float(np.sqrt(mse))})

    return estimate


def _rows(encoder: Encoder, features: pa.Table, predictions: Numbers) -> Numbers:
    return np.column_stack((encoder.matrix(features), predictions))


ESTIMATOR = Estimator(
    name="dle",
    title="the direct loss estimate",
    order=40,
    tasks=frozenset({REGRESSION}),
    assumption=(
        "The direct loss estimate assumes that rows with the same features and prediction have errors as large as on "
        "the holdout."
    ),
    fit=fit,
    needs_features=True,
)
