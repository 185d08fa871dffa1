"""What each feature contributed to a row's prediction."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Contributions:
    """What each feature added to each row's log-odds of class 1, or to its value, shape (n, len(features)).

    They add up to the row's log-odds (or value) minus those of an average row, before the probabilities were calibrated
    if `before_calibration` says so.
    """

    features: tuple[str, ...]
    values: NDArray[np.float64]
    before_calibration: bool = False

    def largest(self, most: int) -> Any:
        """Return the `most` largest contributions of each row by size as a map of feature to value, shape (n,).

        Of equal ones, the feature that comes first in the model is named first.
        """
        rows, kept = len(self.values), min(most, len(self.features))
        order = np.argsort(-np.abs(self.values), axis=1, kind="stable")[:, :kept]
        names: Any = pa.array(self.features, pa.string()).take(pa.array(order.ravel(), pa.int64()))
        values: Any = pa.array(np.take_along_axis(self.values, order, axis=1).ravel())
        ends: Any = pa.array(np.arange(rows + 1, dtype=np.int32) * kept)
        return pa.MapArray.from_arrays(ends, names, values)
