"""ROC curve: true against false positives over every cut."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from courtside.core.pages import plot
from courtside.core.pages.markup import Markup
from courtside.core.pages.plot import Description, Scale

MOST_POINTS = 200
SIDE = 270.0
LEFT, TOP = 42.0, 26.0
ACROSS = Scale(0.0, 1.0, LEFT, LEFT + SIDE)
UP = Scale(0.0, 1.0, TOP + SIDE, TOP)
HEIGHT = TOP + SIDE + 44
TICKS = (0.0, 0.5, 1.0)


def roc(labels: NDArray[np.int8], probability: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    """Return at most `MOST_POINTS` points (false positive rate, true positive rate), from (0, 0) to (1, 1).

    Rows of the same probability are one step, because no cut can separate them. Both classes must be present.
    Source: Fawcett (2006), An introduction to ROC analysis, algorithm 1.

    >>> roc(np.array([0, 1, 0, 1], dtype=np.int8), np.array([0.1, 0.4, 0.4, 0.8]))
    ((0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0))
    """
    order = np.argsort(-probability, kind="stable")
    ranked = probability[order]
    last_of_step = np.append(np.flatnonzero(np.diff(ranked)), ranked.size - 1)
    positives = np.cumsum(labels[order], dtype=np.int64)[last_of_step]
    negatives = last_of_step + 1 - positives
    curve = np.column_stack([negatives / negatives[-1], positives / positives[-1]])
    curve = np.vstack([[0.0, 0.0], curve])
    if len(curve) > MOST_POINTS:
        curve = curve[np.linspace(0, len(curve) - 1, MOST_POINTS).round().astype(int)]
    return tuple((round(float(x), 5), round(float(y), 5)) for x, y in curve)


def roc_chart(points: Sequence[tuple[float, float]], described: Description) -> Markup:
    """Draw the curve over the diagonal of guessing."""
    return plot.chart(
        described,
        HEIGHT,
        *square("false positive rate", "true positive rate"),
        plot.path([(ACROSS(x), UP(y)) for x, y in points], class_="current-line"),
    )


def square(across: str, up: str) -> list[Markup]:
    """Return the unit square with its diagonal, its ticks and the names of its axes."""
    shapes = []
    for tick in TICKS:
        shapes += [
            plot.line(LEFT, UP(tick), LEFT + SIDE, UP(tick), class_="gridline"),
            plot.line(ACROSS(tick), TOP, ACROSS(tick), TOP + SIDE, class_="gridline"),
            plot.label(f"{tick:g}", LEFT - 6, UP(tick) + 4, anchor="end", class_="small"),
            plot.label(f"{tick:g}", ACROSS(tick), TOP + SIDE + 15, anchor="middle", class_="small"),
        ]
    return [
        *shapes,
        plot.line(ACROSS(0), UP(0), ACROSS(1), UP(1), class_="reference-line"),
        plot.label(across, LEFT + SIDE / 2, HEIGHT - 8, anchor="middle"),
        plot.label(up, 8, 13),
    ]
