"""What a regression is judged by."""

import numpy as np
from numpy.typing import NDArray

Targets = NDArray[np.float64]
"""What happened, shape (n,)."""
Predictions = NDArray[np.float64]
"""What was predicted, shape (n,)."""
Bounds = NDArray[np.float64]
"""The low and the high end of the interval of each row, shape (n, 2)."""
