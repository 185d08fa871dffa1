"""How well a model does before labels come: estimators that learn from the holdout and say what they assume.

Importing this loads no more than numpy and pyarrow; fitting may load scikit-learn and LightGBM, which the training
image has.
"""

from courtside.core.estimation.estimator import (
    BINARY,
    MULTICLASS,
    REGRESSION,
    Estimated,
    Estimator,
    Fitted,
    Reason,
    Reference,
    Refusal,
    RowsUnfit,
    Window,
)
from courtside.core.estimation.estimators import REGISTRY, EstimatorTwice, estimators_in, estimators_of

__all__ = [
    "BINARY",
    "MULTICLASS",
    "REGISTRY",
    "REGRESSION",
    "Estimated",
    "Estimator",
    "EstimatorTwice",
    "Fitted",
    "Reason",
    "Reference",
    "Refusal",
    "RowsUnfit",
    "Window",
    "estimators_in",
    "estimators_of",
]
