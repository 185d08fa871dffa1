"""The calibration error, with an interval that its bias cannot mislead.

The error sums the sizes of the bins' gaps, so noise in a gap only ever adds to it: a perfect model scores above 0, and
neither influences nor resamples centre an interval on the truth. Its ends are bounds instead. With true gaps g and
noise e, the figure is at most the true error plus the sizes of e, whose mean and spread follow from the blocks'
covariance (half-normal sizes of correlated normals), and at least the true error plus e taken with the signs of g. So
the lower end is the figure less what noise alone may give, and the upper end is the usual one. Where the lower end is
0, the rows do not show any miscalibration.
"""

import math

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation import Labels, Probabilities, bins_of
from courtside.core.performance.estimate import LEVEL, SHARE, Blocks, Estimate, Linear, count_of
from courtside.core.performance.metrics.metric import Metric
from courtside.core.performance.student import t_quantile


def linear(labels: Labels, probability: Probabilities) -> Linear:
    """Return the error with each row's influence while no gap changes its sign."""
    bins, off = bins_of(probability), labels - probability
    signed = np.sign(np.bincount(bins, weights=off))[bins] * off
    value = float(signed.mean())
    return Linear(value, signed - value)


def estimate(labels: Labels, probability: Probabilities, blocks: Blocks) -> Estimate:
    """Return the error between its bounds."""
    bins, off = bins_of(probability), labels - probability
    gaps = np.bincount(bins, weights=off) / off.size
    value = float(np.abs(gaps).sum())
    count = count_of(blocks, off.size)
    if count < 2:
        return Estimate(value)
    apart = _squares(off, bins, gaps) if blocks is None else _products(off, bins, gaps, blocks)
    noise = count / (count - 1) / off.size**2 * apart
    signs = np.sign(gaps)
    t = t_quantile(count - 1, level=LEVEL)
    usual = t * math.sqrt(max(0.0, float(signs @ noise @ signs)))
    mean, spread = _of_sizes(noise)
    return Estimate(value, max(0.0, value - mean - t * spread), min(1.0, value + usual))


def _products(
    off: NDArray[np.float64], bins: NDArray[np.intp], gaps: NDArray[np.float64], blocks: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the summed products of how far the blocks' sums in two bins are from what the gaps let expect."""
    width = int(blocks.max()) + 1
    sums = np.bincount(bins * width + blocks, weights=off, minlength=gaps.size * width).reshape(gaps.size, width)
    apart = sums - np.outer(gaps, np.bincount(blocks, minlength=width))
    return np.asarray(apart @ apart.T)


def _squares(off: NDArray[np.float64], bins: NDArray[np.intp], gaps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the same where each row is a block, and so lies in one bin."""
    return np.asarray(np.diag(np.bincount(bins, weights=off**2)) - off.size * np.outer(gaps, gaps))


def _of_sizes(covariance: NDArray[np.float64]) -> tuple[float, float]:
    """Return mean and standard deviation of the summed sizes of normals with mean 0 and this covariance."""
    deviations = np.sqrt(np.diag(covariance))
    scale = np.outer(deviations, deviations)
    rho = np.clip(np.divide(covariance, scale, out=np.zeros_like(scale), where=scale > 0), -1, 1)
    together = 2 / math.pi * scale * (np.sqrt(1 - rho**2) + rho * np.arcsin(rho) - 1)
    return math.sqrt(2 / math.pi) * float(deviations.sum()), math.sqrt(max(0.0, float(together.sum())))


METRIC = Metric(
    "calibration_error",
    "calibration error",
    order=50,
    linear=linear,
    higher_is_better=False,
    within=SHARE,
    estimator=estimate,
)
