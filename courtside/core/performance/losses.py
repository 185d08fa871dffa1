"""The losses that promise tests compare, and what a holdout says about them.

A row's loss is bounded, so that no single row decides.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation import Labels, Probabilities, log_losses, squared_errors

CLIP = 1e-6
"""A probability nearer to 0 or 1 counts as this near."""

Losses = NDArray[np.float64]


def clipped_log_losses(labels: Labels, probability: Probabilities) -> Losses:
    """Return the log loss of each row, shape (n,), which is at most 13.8."""
    return log_losses(labels, np.clip(probability, CLIP, 1 - CLIP))


LOSSES: Mapping[str, Mapping[str, Callable[[Labels, Probabilities], Losses]]] = {
    "binary": {"log_loss": clipped_log_losses, "brier_score": squared_errors}
}
"""The losses of each task by the names of the metrics that are their means; the first one decides."""
_ENOUGH = {"log_loss": 100.0, "brier_score": 20.0}
_MOST_ROWS = 20_000


def enough_rows(loss: str, mean: float) -> float:
    """Return how many rows of such a mean loss, one of `LOSSES`, a test needs before it says anything.

    Where the mean is small, a few rows have nearly all of the loss, as those of a rare class do. While none of them has
    come yet the others look far too sure; about ten of them are enough.
    """
    return min(_ENOUGH[loss] / mean, _MOST_ROWS) if mean > 0 else _MOST_ROWS


@dataclass(frozen=True, slots=True)
class PromisedLoss:
    """The mean loss of a version on its holdout with its standard error, the rows taken as independent.

    `share` is the share of a constant's loss that it left there, and `share_error` the standard error of the mean loss
    less that share of the constant's; both are None without a constant.
    """

    mean: float
    error: float
    share: float | None = None
    share_error: float | None = None


def promised_loss(losses: Losses, constant: Losses | None) -> PromisedLoss | None:
    """Return what a version promises by its losses on its holdout, and those of a constant on the same rows.

    Each has shape (n,). Fewer than two rows promise nothing.
    """
    if losses.size < 2:
        return None
    mean, error = float(losses.mean()), _error(losses)
    usual = 0.0 if constant is None else float(constant.mean())
    if constant is None or not usual:
        return PromisedLoss(mean, error)
    share = mean / usual
    return PromisedLoss(mean, error, share, _error(losses - share * constant))


def _error(values: Losses) -> float:
    return float(values.std(ddof=1)) / math.sqrt(values.size)
