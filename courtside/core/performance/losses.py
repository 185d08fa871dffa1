"""The losses that promise tests compare, and what a holdout says about them.

A row's loss is bounded, so that no single row decides: that of probabilities by `CLIP`, that of values by what the
holdout showed.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from courtside.core.evaluation import log_losses, multiclass, regression, squared_errors
from courtside.core.tasks.types import BINARY, MULTICLASS, REGRESSION, Losses, Prediction, Truth

CLIP = 1e-6
"""A probability nearer to 0 or 1 counts as this near."""


def clipped_log_losses(labels: Truth, probability: Prediction) -> Losses:
    """Return the log loss of each row, shape (n,), which is at most 13.8."""
    return log_losses(labels, np.clip(probability, CLIP, 1 - CLIP))


def clipped_losses_of_classes(codes: Truth, probability: Prediction) -> Losses:
    """Return the log loss of each row of several classes, shape (n,), which is at most 13.8."""
    return np.minimum(multiclass.log_losses(codes, probability), -math.log(CLIP))


LOSSES: Mapping[str, Mapping[str, Callable[[Truth, Prediction], Losses]]] = {
    BINARY: {"log_loss": clipped_log_losses, "brier_score": squared_errors},
    MULTICLASS: {"log_loss": clipped_losses_of_classes, "brier_score": multiclass.squared_errors},
    REGRESSION: {"squared_error": regression.squared_errors, "mae": regression.absolute_errors},
}
"""The losses of each task by the names of the metrics that are their means; the first one decides.

Those of a regression have no bound of their own: `PromisedLoss.most` is theirs.
"""
_ENOUGH = {"log_loss": 100.0, "brier_score": 20.0}
_ENOUGH_VALUES = 100
_MOST_ROWS = 20_000
_RARE, _TIMES = 0.99, 10
"""A loss without a bound of its own counts as at most so many times one that 99 % of the holdout's rows stay under: of
normal errors, as that of an error of eight standard deviations."""


def enough_rows(loss: str, mean: float) -> float:
    """Return how many rows of such a mean loss, one of `LOSSES`, a test needs before it says anything.

    Where the mean is small, a few rows have nearly all of the loss, as those of a rare class do. While none of them has
    come yet the others look far too sure; about ten of them are enough. The errors of a regression are spread over all
    rows, whatever the unit.
    """
    if loss not in _ENOUGH:
        return _ENOUGH_VALUES
    return min(_ENOUGH[loss] / mean, _MOST_ROWS) if mean > 0 else _MOST_ROWS


@dataclass(frozen=True, slots=True)
class PromisedLoss:
    """The mean loss of a version on its holdout with its standard error, the rows taken as independent.

    `share` is the share of a constant's loss that it left there, and `share_error` the standard error of the mean loss
    less that share of the constant's; both are None without a constant. No row's loss counts as more than `most`,
    where that is not None.
    """

    mean: float
    error: float
    share: float | None = None
    share_error: float | None = None
    most: float | None = None


def promised_loss(losses: Losses, constant: Losses | None, *, unbounded: bool = False) -> PromisedLoss | None:
    """Return what a version promises by its losses on its holdout, and those of a constant on the same rows.

    Each has shape (n,). Fewer than two rows promise nothing. Where losses are `unbounded` of themselves, they are given
    a bound, so that one outlier neither makes a promise nor breaks it.
    """
    if losses.size < 2:
        return None
    if unbounded:
        most = _TIMES * float(np.quantile(losses, _RARE)) or None
        limit = PromisedLoss(0.0, 0.0, most=most)
        promised = promised_loss(bounded(losses, limit), None if constant is None else bounded(constant, limit))
        return None if promised is None else replace(promised, most=most)
    mean, error = float(losses.mean()), _error(losses)
    usual = 0.0 if constant is None else float(constant.mean())
    if constant is None or not usual:
        return PromisedLoss(mean, error)
    share = mean / usual
    return PromisedLoss(mean, error, share, _error(losses - share * constant))


def bounded(losses: Losses, promised: PromisedLoss | None) -> Losses:
    """Return losses as they count beside what was promised, shape (n,)."""
    return losses if promised is None or promised.most is None else np.minimum(losses, promised.most)


def _error(values: Losses) -> float:
    return float(values.std(ddof=1)) / math.sqrt(values.size)
