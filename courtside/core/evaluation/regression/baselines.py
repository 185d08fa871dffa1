"""The baselines of a regression: what can be predicted from the training targets alone, without any feature."""

import numpy as np

from courtside.core.evaluation.regression.targets import Predictions, Targets


def median_value(targets: Targets, *, rows: int) -> Predictions:
    """Return the median of the training `targets` for each of `rows` rows: the constant of the least absolute error."""
    return np.full(rows, float(np.median(targets)))


def last_value(targets: Targets, *, rows: int) -> Predictions:
    """Return the last of the training `targets`, which are in the order of time, for each of `rows` rows.

    Where a target moves slowly, nothing simple is harder to beat.
    """
    return np.full(rows, float(targets[-1]))
