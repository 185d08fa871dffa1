"""Residuals, which are actual minus predicted values: how they spread, over time and by segment."""

from collections.abc import Sequence

from courtside.contracts.curves import ResidualGroup, ValueCurves
from courtside.contracts.shortening import shortened
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.plot import WIDTH, Axis, Description, Scale
from courtside.core.pages.wording import day, short_day

LEFT, RIGHT, TOP, FLOOR = 50.0, 20.0, 26.0, 186.0
HEIGHT = FLOOR + 40
NAME = 122.0
ROW = 24.0
LONGEST_NAME = 15


def histogram_chart(curves: ValueCurves, described: Description) -> Markup:
    """Draw how many rows have which residual; a line marks none."""
    edges = curves.edges
    across, tallest = Scale(edges[0], edges[-1], LEFT, WIDTH - RIGHT), max(curves.residuals)
    shapes = []
    for start, end, rows in zip(edges, edges[1:], curves.residuals, strict=False):
        height = (FLOOR - TOP) * rows / tallest
        if rows:
            shapes.append(
                plot.bar(across(start), FLOOR - height, across(end) - across(start) - 1, height, class_="current-bar")
            )
    axis = Axis.of(across.low, across.high, most=5)
    shapes += [
        plot.label(text, across(value), FLOOR + 15, anchor="middle", class_="small")
        for value, text in zip(axis.values, axis.labels, strict=True)
    ]
    if across.low <= 0 <= across.high:
        shapes.append(plot.line(across(0.0), TOP - 6, across(0.0), FLOOR, class_="reference-line"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    return plot.chart(
        described,
        HEIGHT,
        plot.line(LEFT, FLOOR, WIDTH - RIGHT, FLOOR, class_="axis"),
        *shapes,
        axis.note(),
        plot.label("actual minus predicted", middle, HEIGHT - 6, anchor="middle"),
        plot.label("rows", 8, 13),
    )


def over_time_chart(groups: Sequence[ResidualGroup], described: Description) -> Markup:
    """Draw the mean of each group of rows and the middle 80 % of its residuals, from the first group to the last."""
    low, high = _range(groups)
    step = (WIDTH - RIGHT - LEFT) / len(groups)
    up = Scale(low, high, FLOOR, TOP)
    shapes, means = [], []
    for place, group in enumerate(groups):
        x = LEFT + (place + 0.5) * step
        shapes.append(plot.line(x, up(group.low), x, up(group.high), class_="interval"))
        shapes.append(plot.dot(x, up(group.mean), class_="current-dot"))
        means.append((x, up(group.mean)))
    axis = Axis.of(low, high, most=5)
    return plot.chart(
        described,
        HEIGHT,
        *_levels(axis, up),
        plot.line(LEFT, up(0.0), WIDTH - RIGHT, up(0.0), class_="reference-line"),
        *shapes,
        plot.path(means, class_="current-line") if len(means) > 1 else None,
        *_ends(groups),
        axis.note(),
        plot.label("actual minus predicted", 8, 13),
    )


def by_segment_chart(groups: Sequence[ResidualGroup], described: Description) -> Markup:
    """Draw the mean of each segment and the middle 80 % of its residuals, one segment below the other."""
    low, high = _range(groups)
    across = Scale(low, high, NAME, WIDTH - RIGHT)
    floor = TOP + len(groups) * ROW
    shapes = []
    for place, group in enumerate(groups):
        y = TOP + (place + 0.5) * ROW
        shapes += [
            _name(group.name, y + 4),
            plot.line(across(group.low), y, across(group.high), y, class_="interval"),
            plot.dot(across(group.mean), y, class_="current-dot"),
        ]
    axis = Axis.of(low, high, most=4)
    for value, text in zip(axis.values, axis.labels, strict=True):
        shapes.append(plot.line(across(value), TOP, across(value), floor, class_="gridline"))
        shapes.append(plot.label(text, across(value), floor + 15, anchor="middle", class_="small"))
    return plot.chart(
        described,
        floor + 22,
        plot.line(across(0.0), TOP, across(0.0), floor, class_="reference-line"),
        *shapes,
        plot.label("actual minus predicted", 8, 13),
    )


def _range(groups: Sequence[ResidualGroup]) -> tuple[float, float]:
    """Return a range that shows every group and 0, a little wider."""
    low = min(0.0, *(min(group.low, group.mean) for group in groups))
    high = max(0.0, *(max(group.high, group.mean) for group in groups))
    room = (high - low) * 0.05 or 1.0
    return low - room, high + room


def _levels(axis: Axis, up: Scale) -> list[Markup]:
    shapes = []
    for value, text in zip(axis.values, axis.labels, strict=True):
        shapes.append(plot.line(LEFT, up(value), WIDTH - RIGHT, up(value), class_="gridline"))
        shapes.append(plot.label(text, LEFT - 6, up(value) + 4, anchor="end", class_="small"))
    return shapes


def _ends(groups: Sequence[ResidualGroup]) -> list[Markup]:
    """Return the first and the last day under the axis."""
    first, last = groups[0].days, groups[-1].days
    if first is None or last is None:
        return []
    start = short_day(first[0]) if first[0].year == last[1].year else day(first[0])
    return [
        plot.label(start, LEFT, FLOOR + 16, class_="small"),
        plot.label(day(last[1]), WIDTH - RIGHT, FLOOR + 16, anchor="end", class_="small"),
    ]


def _name(text: str, y: float) -> Markup:
    shown = shortened(text, LONGEST_NAME)
    name = plot.label(shown, NAME - 8, y, anchor="end", class_="level")
    return name if shown == text else element("g", element("title", shortened(text, 200)), name)
