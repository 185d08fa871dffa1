"""Confusion matrix: what was predicted at probability 0.5 against what happened."""

import numpy as np
from numpy.typing import NDArray

from courtside.core.pages import plot
from courtside.core.pages.markup import Markup
from courtside.core.pages.plot import WIDTH, Description
from courtside.core.pages.wording import percent

CUT = 0.5
HEIGHT = 188.0
LEFT, TOP, GAP = 96.0, 40.0, 4.0
CELL_WIDTH = (WIDTH - LEFT - 10 - GAP) / 2
CELL_HEIGHT = 66.0


def confusion(labels: NDArray[np.int8], probability: NDArray[np.float64]) -> tuple[int, int, int, int]:
    """Return (true negatives, false positives, false negatives, true positives) of labels 0/1, both shape (n,)."""
    cells = np.bincount(2 * labels.astype(np.int64) + (probability > CUT), minlength=4)
    return int(cells[0]), int(cells[1]), int(cells[2]), int(cells[3])


def confusion_chart(cells: tuple[int, int, int, int], described: Description) -> Markup:
    """Draw the four cells: counts, and shares of the rows that truly are of a class."""
    shapes = []
    for actual in (0, 1):
        row = cells[2 * actual : 2 * actual + 2]
        y = TOP + actual * (CELL_HEIGHT + GAP)
        shapes.append(plot.label(f"actual {actual}", LEFT - 8, y + CELL_HEIGHT / 2 + 4, anchor="end"))
        for predicted in (0, 1):
            x = LEFT + predicted * (CELL_WIDTH + GAP)
            kind = "right-cell" if actual == predicted else "wrong-cell"
            share = percent(row[predicted] / sum(row)) if sum(row) else percent(None)
            middle = x + CELL_WIDTH / 2
            shapes += [
                plot.bar(x, y, CELL_WIDTH, CELL_HEIGHT, class_=kind),
                plot.label(f"{row[predicted]:,}", middle, y + 30, anchor="middle", class_="strong"),
                plot.label(share, middle, y + 48, anchor="middle"),
            ]
    heads = [
        plot.label(
            f"predicted {predicted}", LEFT + predicted * (CELL_WIDTH + GAP) + CELL_WIDTH / 2, 26, anchor="middle"
        )
        for predicted in (0, 1)
    ]
    return plot.chart(described, HEIGHT, *heads, *shapes)
