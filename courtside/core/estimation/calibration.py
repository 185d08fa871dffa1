"""Probabilities as they came true on the reference: isotonic regression where it helps, and else as they were said.

Isotonic regression is the monotone function with the smallest squared error (B. Zadrozny, C. Elkan, "Transforming
classifier scores into accurate multiclass probability estimates", KDD 2002). As in NannyML, it is used where it makes
the calibration error of rows that it has not seen smaller, in ten seeded splits taken together.
"""

from dataclasses import dataclass

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


def calibration_of(predictions: Numbers, ones: Flags) -> Calibration:
    """Return how probabilities of class 1 must be read; `ones` says which rows are of it, each shape (n,)."""
    fewest = np.bincount(ones, minlength=2).min()
    if fewest < FEWEST_OF_CLASS or expected_auc(predictions, ones.astype(np.float64)) > SEPARATED:
        return UNCHANGED
    order = np.argsort(predictions, kind="stable")
    return _isotonic(predictions[order], ones[order]) if _helps(predictions, ones, order) else UNCHANGED


def _helps(predictions: Numbers, ones: Flags, order: NDArray[np.intp]) -> bool:
    from sklearn.model_selection import StratifiedShuffleSplit

    splits = StratifiedShuffleSplit(n_splits=SPLITS, test_size=0.1, random_state=42)
    tested, calibrated = [], []
    for learned, test in splits.split(predictions, ones):
        chosen = np.zeros(order.size, dtype=np.bool_)
        chosen[learned] = True
        rising = order[chosen[order]]
        tested.append(test)
        calibrated.append(_isotonic(predictions[rising], ones[rising])(predictions[test]))
    rows = np.concatenate(tested)
    before = _calibration_error(predictions[rows], ones[rows])
    return before > _calibration_error(np.concatenate(calibrated), ones[rows])


def _calibration_error(probabilities: Numbers, ones: Flags) -> float:
    """Return the mean distance of what was said from what happened, in bins of equally many rows."""
    order = np.argsort(probabilities, kind="stable")  # the order of ties decides at times: the rows' own
    starts = np.arange(BINS) * (order.size // BINS)
    return float(np.abs(np.add.reduceat((probabilities - ones)[order], starts)).sum() / order.size)


def _isotonic(rising: Numbers, ones: Flags) -> Calibration:
    """Return the regression of rows in the order of their predictions; rows that say the same count as one."""
    from scipy.optimize import isotonic_regression

    first = np.flatnonzero(np.append(True, rising[1:] != rising[:-1]))
    rows = np.diff(first, append=rising.size)
    shares = np.add.reduceat(ones.astype(np.float64), first) / rows
    return Calibration(rising[first], isotonic_regression(shares, weights=rows).x)
