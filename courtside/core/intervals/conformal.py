"""Split conformal intervals: as wide as the errors on rows that the model has not learned from say they must be.

Sources: H. Papadopoulos, K. Proedrou, V. Vovk, A. Gammerman, "Inductive confidence machines for regression", ECML
(2002); J. Lei, M. G'Sell, A. Rinaldo, R. J. Tibshirani, L. Wasserman, "Distribution-free predictive inference for
regression", Journal of the American Statistical Association 113 (2018). If the rows to come are like those of the
calibration, the share that an interval holds is at least its level on average, for any model and any errors.

One width for all rows is too wide where targets are small and too narrow where they are large, as for prices and
counts. So with enough rows there is a width for each fifth of the predicted values (Mondrian intervals: V. Vovk,
A. Gammerman, G. Shafer, "Algorithmic Learning in a Random World", 2005, section 4.5).

A version needs only these few numbers to say its intervals. MAPIE, crepes and puncc compute the same widths, but keep
the estimator or the residuals for it, so each of them would have to be installed wherever a version is served.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.regression import Bounds, Predictions, Targets, absolute_errors

LEVEL = 0.9
MOST_BINS = 5
BIN_ROWS = 200
"""So many rows of calibration a bin let its coverage vary by two points about the level of 90 %."""


@dataclass(frozen=True, slots=True)
class ConformalIntervals:
    """Intervals that reach `half_widths` to both sides of a prediction, in the unit of the target.

    Each width is that of a bin of predicted values, and `edges` lie between the bins; a value at an edge belongs to the
    bin above it. They were calibrated on `rows` rows for the probability `level`.
    """

    level: float
    half_widths: tuple[float, ...]
    edges: tuple[float, ...] = ()
    rows: int = 0

    def bounds(self, predictions: Predictions) -> Bounds:
        """Return both ends of the interval of each prediction, shape (n, 2)."""
        half = np.array(self.half_widths)[_bin_of(predictions, np.array(self.edges))]
        return np.stack([predictions - half, predictions + half], axis=1)

    def to_plain(self) -> dict[str, Any]:
        """Return the fields as JSON holds them."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def of_plain(cls, fields: Mapping[str, Any]) -> "ConformalIntervals":
        """Return the intervals whose `to_plain` is given."""
        return cls(**{**fields, "half_widths": tuple(fields["half_widths"]), "edges": tuple(fields["edges"])})


def conformal_intervals(
    targets: Targets, predictions: Predictions, *, level: float = LEVEL
) -> ConformalIntervals | None:
    """Calibrate intervals on rows that the model has not learned from, shape (n,) each; `level` is in (0, 1).

    None where there are too few rows for the level: it takes `fewest_rows(level)`.
    """
    if targets.size < fewest_rows(level):
        return None
    errors, edges = absolute_errors(targets, predictions), _edges(predictions)
    bins = _bin_of(predictions, edges)
    if np.bincount(bins, minlength=edges.size + 1).min() < max(BIN_ROWS // 2, fewest_rows(level)):
        edges, bins = np.empty(0), np.zeros(targets.size, dtype=np.intp)  # equal predictions leave a bin too small
    widths = tuple(_width(errors[bins == each], level) for each in range(edges.size + 1))
    return ConformalIntervals(level, widths, tuple(edges.tolist()), rows=targets.size)


def fewest_rows(level: float) -> int:
    """Return how many rows of calibration a level needs, because the largest error of n holds n of n + 1.

    >>> fewest_rows(0.9), fewest_rows(0.95)
    (9, 19)
    """
    return math.ceil(_exactly(level / (1 - level)))


def _width(errors: NDArray[np.float64], level: float) -> float:
    rank = math.ceil(_exactly((errors.size + 1) * level))
    return float(np.partition(errors, rank - 1)[rank - 1])


def _exactly(number: float) -> float:
    """Return a number without what rounding has added to it, so that 0.9 / (1 - 0.9) is 9."""
    return round(number, 9)


def _edges(predictions: Predictions) -> NDArray[np.float64]:
    bins = min(MOST_BINS, predictions.size // BIN_ROWS)
    return np.unique(np.quantile(predictions, np.arange(1, bins) / bins)) if bins > 1 else np.empty(0)


def _bin_of(predictions: Predictions, edges: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.asarray(np.searchsorted(edges, predictions, side="right"))
