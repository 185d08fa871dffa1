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


def calibration_of(predictions: Numbers, ones: Flags, weights: Numbers | None = None) -> Calibration:
    """Return how probabilities of class 1 must be read; `ones` says which rows are of it, each shape (n,).

    `weights`, shape (n,), say how many rows each of them stands for (None: one).
    """
    counts = np.bincount(ones, minlength=2)
    if counts.min() < FEWEST_OF_CLASS or expected_auc(predictions, ones.astype(np.float64)) > SEPARATED:
        return UNCHANGED
    weights = np.ones(ones.size) if weights is None else weights
    return _isotonic(predictions, ones, weights) if _helps(predictions, ones, weights) else UNCHANGED


def _helps(predictions: Numbers, ones: Flags, weights: Numbers) -> bool:
    from sklearn.model_selection import StratifiedShuffleSplit

    splits = StratifiedShuffleSplit(n_splits=SPLITS, test_size=0.1, random_state=42)
    tested, calibrated = [], []
    for learned, test in splits.split(predictions, ones):
        tested.append(test)
        calibrated.append(_isotonic(predictions[learned], ones[learned], weights[learned])(predictions[test]))
    rows = np.concatenate(tested)
    before = _calibration_error(predictions[rows], ones[rows], weights[rows])
    return before > _calibration_error(np.concatenate(calibrated), ones[rows], weights[rows])


def _calibration_error(probabilities: Numbers, ones: Flags, weights: Numbers) -> float:
    """Return the weighted mean distance of what was said from what happened, in bins of equally many rows."""
    order = np.argsort(probabilities, kind="stable")  # the order of ties decides at times: the rows' own
    off = ((probabilities - ones) * weights)[order]
    starts = np.arange(BINS) * (off.size // BINS)
    return float(np.abs(np.add.reduceat(off, starts)).sum() / weights.sum())


def _isotonic(predictions: Numbers, ones: Flags, weights: Numbers) -> Calibration:
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(out_of_bounds="clip").fit(predictions, ones.astype(np.float64), sample_weight=weights)
    return Calibration(fitted.X_thresholds_, fitted.y_thresholds_)
