"""Charts of two distributions: the reference as an area or grey bars, the current window as an outline or blue bars."""

from collections.abc import Iterable

import numpy as np

from courtside.contracts.shortening import shortened
from courtside.core.drift.columns.rounding import Floats
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup, element, joined
from courtside.core.pages.plot import WIDTH, Description, Scale
from courtside.core.pages.wording import percent
from courtside.core.report_page.distribution import Histogram, Levels

HEIGHT = 176.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 14.0, 18.0, 22.0
FLOOR = HEIGHT - BOTTOM
ROW = 30.0
NAME = 96.0
LONGEST_NAME = 14


def distribution_chart(drawn: Histogram | Levels, described: Description) -> Markup:
    """Draw a histogram, columns for few numbers, or rows for levels."""
    if isinstance(drawn, Histogram):
        return _outlines(drawn, described)
    return _columns(drawn, described) if drawn.ordered else _rows(drawn, described)


def _outlines(drawn: Histogram, described: Description) -> Markup:
    low, high = drawn.edges[[0, -1]].tolist()
    across = Scale(low, high, LEFT, WIDTH - RIGHT)
    up = _upwards(drawn)
    axis = plot.Axis.of(low, high, most=5)
    marks = [
        plot.label(text, across(tick), FLOOR + 15, anchor="middle")
        for tick, text in zip(axis.values, axis.labels, strict=True)
    ]
    return plot.chart(
        described,
        HEIGHT,
        _grid(up),
        plot.path(_steps(drawn.edges, drawn.reference, across, up), class_="reference-area", closed=True),
        plot.path(_steps(drawn.edges, drawn.current, across, up), class_="current-line"),
        _floor(),
        *marks,
        axis.note(),
    )


def _steps(edges: Floats, shares: Floats, across: Scale, up: Scale) -> Iterable[tuple[float, float]]:
    """Return the outline of the bins from floor to floor."""
    heights = [FLOOR, *np.repeat(up(shares), 2).tolist(), FLOOR]
    return zip(np.repeat(across(edges), 2).tolist(), heights, strict=True)


def _columns(drawn: Levels, described: Description) -> Markup:
    up = _upwards(drawn)
    step = (WIDTH - LEFT - RIGHT) / len(drawn.labels)
    width = min(22.0, step * 0.4)
    shapes = []
    every = -(-len(drawn.labels) * max(len(text) for text in drawn.labels) // 40)
    for position, (text, before, after) in enumerate(_sides(drawn)):
        middle = LEFT + (position + 0.5) * step
        shapes.append(plot.bar(middle - width, up(before), width, FLOOR - up(before), class_="reference-bar"))
        shapes.append(plot.bar(middle, up(after), width, FLOOR - up(after), class_="current-bar"))
        if position % every == 0:
            shapes.append(plot.label(text, middle, FLOOR + 15, anchor="middle"))
    return plot.chart(described, HEIGHT, _grid(up), *shapes, _floor())


def _rows(drawn: Levels, described: Description) -> Markup:
    longest = max(float(drawn.reference.max()), float(drawn.current.max()), 1e-9)
    along = Scale(0.0, longest, NAME, WIDTH - 52)
    shapes = []
    for position, (text, before, after) in enumerate(_sides(drawn)):
        y = position * ROW + 4
        shapes += [
            _name(text, y + 15),
            plot.bar(NAME, y, along(before) - NAME, 10, class_="reference-bar"),
            plot.label(percent(before), along(before) + 4, y + 9, class_="small"),
            plot.bar(NAME, y + 11, along(after) - NAME, 10, class_="current-bar"),
            plot.label(percent(after), along(after) + 4, y + 20, class_="small strong"),
        ]
    height = len(drawn.labels) * ROW
    return plot.chart(described, height, *shapes, plot.line(NAME, 0, NAME, height, class_="axis"))


def _name(text: str, y: float) -> Markup:
    """Return a level's name before its bars, without its middle if it is long; pointing at it shows the whole name."""
    shown = shortened(text, LONGEST_NAME)
    name = plot.label(shown, NAME - 6, y, anchor="end", class_="level")
    return name if shown == text else element("g", element("title", shortened(text, 200)), name)


def _upwards(drawn: Histogram | Levels) -> Scale:
    highest = max(float(np.max(drawn.reference)), float(np.max(drawn.current)), 1e-9)
    return Scale(0.0, highest, FLOOR, TOP)


def _grid(up: Scale) -> Markup:
    shapes = []
    for tick in plot.ticks(0.0, up.high, most=4)[1:]:
        shapes.append(plot.line(LEFT, up(tick), WIDTH - RIGHT, up(tick), class_="gridline"))
        shapes.append(plot.label(percent(tick), LEFT - 4, up(tick) + 4, anchor="end", class_="small"))
    return joined(*shapes)


def _floor() -> Markup:
    return plot.line(LEFT, FLOOR, WIDTH - RIGHT, FLOOR, class_="axis")


def _sides(drawn: Levels) -> Iterable[tuple[str, float, float]]:
    return zip(drawn.labels, drawn.reference.tolist(), drawn.current.tolist(), strict=True)
