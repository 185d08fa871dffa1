"""Probabilities as they came true on the reference: isotonic regression where it helps, and else as they were said.

Isotonic regression is the monotone function with the smallest squared error (B. Zadrozny, C. Elkan, "Transforming
classifier scores into accurate multiclass probability estimates", KDD 2002). As in NannyML, it is used where it makes
the calibration error of rows that it has not seen smaller, in ten seeded splits taken together.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from courtside.core.estimation.estimator import Numbers
from courtside.core.estimation.expected import expected_auc

FEWEST_OF_CLASS = 10
"""A class with fewer labelled rows is not calibrated: no split would have them on both sides."""
SPLITS = 10
BINS = 10
SEPARATED = 0.999
"""Above this AUC predictions are not calibrated."""
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A monotone function of predictions, given by its corners; one without corners changes nothing."""

    said: Numbers
    true: Numbers

    def __call__(self, predictions: Numbers) -> Numbers:
        """Return the calibrated probabilities, shape (n,); beyond the last corners they stay constant."""
        return np.asarray(np.interp(predictions, self.said, self.true)) if self.said.size else predictions


UNCHANGED = Calibration(np.empty(0), np.empty(0))


def calibration_of(predictions: Numbers, ones: Flags, weights: Numbers | None = None) -> Calibration:
    """Return how probabilities of class 1 must be read; `ones` says which rows are of it, each shape (n,).

    `weights`, shape (n,), say how many rows each of them stands for (None: one).
    """
    counts = np.bincount(ones, minlength=2)
    if counts.min() < FEWEST_OF_CLASS or expected_auc(predictions, ones.astype(np.float64)) > SEPARATED:
        return UNCHANGED
    order = np.argsort(predictions, kind="stable")
    rows = Rows(predictions, ones, np.ones(ones.size) if weights is None else weights)
    return _isotonic(rows.taken(order)) if _helps(rows, order) else UNCHANGED


@dataclass(frozen=True, slots=True)
class Rows:
    """What was said, what happened and the weights, each shape (n,)."""

    said: Numbers
    ones: Flags
    weights: Numbers

    def taken(self, places: NDArray[np.intp]) -> "Rows":
        """Return the rows at these places."""
        return Rows(self.said[places], self.ones[places], self.weights[places])


def _helps(rows: Rows, order: NDArray[np.intp]) -> bool:
    from sklearn.model_selection import StratifiedShuffleSplit

    splits = StratifiedShuffleSplit(n_splits=SPLITS, test_size=0.1, random_state=42)
    tested, calibrated = [], []
    for learned, test in splits.split(rows.said, rows.ones):
        chosen = np.zeros(order.size, dtype=np.bool_)
        chosen[learned] = True
        tested.append(test)
        calibrated.append(_isotonic(rows.taken(order[chosen[order]]))(rows.said[test]))
    before = rows.taken(np.concatenate(tested))
    after = replace(before, said=np.concatenate(calibrated))
    return _calibration_error(before) > _calibration_error(after)


def _calibration_error(rows: Rows) -> float:
    """Return the weighted mean distance of what was said from what happened, in bins of equally many rows."""
    order = np.argsort(rows.said, kind="stable")  # the order of ties decides at times: the rows' own
    off = ((rows.said - rows.ones) * rows.weights)[order]
    starts = np.arange(BINS) * (off.size // BINS)
    return float(np.abs(np.add.reduceat(off, starts)).sum() / rows.weights.sum())


def _isotonic(rows: Rows) -> Calibration:
    """Return the regression of rows that rise in what was said; rows that say the same count as one."""
    from scipy.optimize import isotonic_regression

    first = np.flatnonzero(np.append(True, rows.said[1:] != rows.said[:-1]))
    weights = np.add.reduceat(rows.weights, first)
    shares = np.add.reduceat(rows.weights * rows.ones, first) / weights
    return Calibration(rows.said[first], isotonic_regression(shares, weights=weights).x)
