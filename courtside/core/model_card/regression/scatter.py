"""Predicted against actual values: rows on a grid, and the means of ten bins."""

import math

from courtside.contracts.curves import ValueCurves
from courtside.core.model_card.regression.figures import GRID
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup
from courtside.core.pages.plot import Axis, Description, Scale

SIDE = 270.0
LEFT, TOP = 50.0, 26.0
HEIGHT = TOP + SIDE + 44
CELL = SIDE / GRID


def scatter_chart(curves: ValueCurves, described: Description) -> Markup:
    """Draw the grid and the bins' means over the diagonal, on which predictions are right."""
    low, high = curves.span
    across, up = Scale(low, high, LEFT, LEFT + SIDE), Scale(low, high, TOP + SIDE, TOP)
    means = [(each.predicted, each.actual) for each in curves.means]
    inside = [(across(x), up(y)) for x, y in means if low <= x <= high and low <= y <= high]
    axis = Axis.of(low, high, most=5)
    return plot.chart(
        described,
        HEIGHT,
        *_grid(axis, across, up),
        *_squares(curves),
        plot.line(across(low), up(low), across(high), up(high), class_="reference-line"),
        plot.path(inside, class_="current-line") if len(inside) > 1 else None,
        *(plot.dot(x, y, class_="current-dot") for x, y in inside),
        axis.note(),
        plot.label("predicted", LEFT + SIDE / 2, HEIGHT - 8, anchor="middle"),
        plot.label("actual", 8, 13),
    )


def _squares(curves: ValueCurves) -> list[Markup]:
    """Return a square for each cell, as large as its share of the fullest cell's rows."""
    fullest = max((rows for _, _, rows in curves.cells), default=1)
    shapes = []
    for across, up, rows in curves.cells:
        side = CELL * max(0.2, math.sqrt(rows / fullest))
        x, y = LEFT + (across + 0.5) * CELL - side / 2, TOP + SIDE - (up + 0.5) * CELL - side / 2
        shapes.append(plot.bar(x, y, side, side, class_="reference-bar"))
    return shapes


def _grid(axis: Axis, across: Scale, up: Scale) -> list[Markup]:
    shapes = []
    for value, text in zip(axis.values, axis.labels, strict=True):
        shapes += [
            plot.line(LEFT, up(value), LEFT + SIDE, up(value), class_="gridline"),
            plot.line(across(value), TOP, across(value), TOP + SIDE, class_="gridline"),
            plot.label(text, LEFT - 6, up(value) + 4, anchor="end", class_="small"),
            plot.label(text, across(value), TOP + SIDE + 15, anchor="middle", class_="small"),
        ]
    return shapes
