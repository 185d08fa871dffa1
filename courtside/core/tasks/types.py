"""The arrays that every task speaks of."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

BINARY, MULTICLASS, REGRESSION = "binary", "multiclass", "regression"

Truth = NDArray[Any]
"""What happened, shape (n,): 0 or 1, the class by its code (-1: one that the model does not know), or the value."""
Prediction = NDArray[np.float64]
"""What a model says: the probability of class 1, shape (n,), of each class, shape (n, k), or the value, shape (n,)."""
Losses = NDArray[np.float64]
"""What each prediction costs, shape (n,)."""
