"""Reliability curve: predicted probability against how often it came true."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.curves import ReliabilityBin
from courtside.core.model_card.roc_curve import ACROSS, HEIGHT, SIDE, TOP, UP, square
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup
from courtside.core.pages.plot import Description

BINS = 10
NORMAL_95 = 1.959964
TALLEST_BAR = 0.16


def reliability(labels: NDArray[np.int8], probability: NDArray[np.float64]) -> tuple[ReliabilityBin, ...]:
    """Return the non-empty ones of ten equally wide bins of probability, from low to high; both shape (n,)."""
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    rows = np.bincount(bins, minlength=BINS)
    probabilities = np.bincount(bins, weights=probability, minlength=BINS)
    positives = np.bincount(bins, weights=labels, minlength=BINS)
    return tuple(
        ReliabilityBin(
            probability=round(float(probabilities[i] / rows[i]), 6),
            share=round(float(positives[i] / rows[i]), 6),
            rows=int(rows[i]),
        )
        for i in np.flatnonzero(rows)
    )


def wilson(share: float, rows: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share of `rows`. Source: Wilson (1927), JASA 22:209.

    >>> tuple(round(bound, 3) for bound in wilson(0.5, 100))
    (0.404, 0.596)
    """
    z2 = NORMAL_95**2
    middle = (share + z2 / (2 * rows)) / (1 + z2 / rows)
    half = NORMAL_95 / (1 + z2 / rows) * math.sqrt(share * (1 - share) / rows + z2 / (4 * rows**2))
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Bin:
    """Of `rows` that were predicted about `predicted`, the share `observed` was of class 1, with its interval."""

    predicted: float
    observed: float
    low: float
    high: float
    rows: int


def reliability_chart(
    bins: Sequence[ReliabilityBin], described: Description, *, share_of: str = "share of class 1"
) -> Markup:
    """Draw each bin with its 95 % score interval, over bars that show how many rows it has."""
    drawn = [Bin(each.probability, each.share, *wilson(each.share, each.rows), each.rows) for each in bins]
    return calibration_chart(drawn, described, share_of=share_of)


def calibration_chart(bins: Sequence[Bin], described: Description, *, share_of: str = "share of class 1") -> Markup:
    """Draw each bin with its interval, over bars that show how many rows it has; `share_of` names the upward axis."""
    most = max(item.rows for item in bins)
    bars, marks = [], []
    for item in bins:
        x = ACROSS(item.predicted)
        tall = TALLEST_BAR * SIDE * item.rows / most
        bars.append(plot.bar(x - 7, TOP + SIDE - tall, 14, tall, class_="reference-bar"))
        marks.append(plot.line(x, UP(item.low), x, UP(item.high), class_="interval"))
        marks.append(plot.dot(x, UP(item.observed), class_="current-dot"))
    curve = plot.path([(ACROSS(item.predicted), UP(item.observed)) for item in bins], class_="current-line")
    frame = square("predicted probability", share_of)
    return plot.chart(described, HEIGHT, *bars, *frame, curve if len(bins) > 1 else None, *marks)
