"""Coverage: how often prediction intervals held, against how often they say they do."""

from courtside.contracts.curves import IntervalFigures
from courtside.core.model_card.reliability import wilson
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup
from courtside.core.pages.plot import WIDTH, Description, Scale
from courtside.core.pages.wording import percent

LEFT, RIGHT, TOP, FLOOR = 50.0, 20.0, 26.0, 186.0
HEIGHT = FLOOR + 24


def coverage_chart(intervals: IntervalFigures, described: Description) -> Markup:
    """Draw the share that held with its 95 % interval, from small predictions to large ones, over the stated level."""
    groups = intervals.by_prediction
    bounds = [wilson(group.covered or 0.0, group.rows) for group in groups]
    lowest = min(intervals.level, *(low for low, _ in bounds))
    up = Scale(max(0.0, lowest - 0.05), 1.0, FLOOR, TOP)
    step = (WIDTH - RIGHT - LEFT) / len(groups)
    shapes = []
    for place, (group, (low, high)) in enumerate(zip(groups, bounds, strict=True)):
        x = LEFT + (place + 0.5) * step
        shapes.append(plot.line(x, up(low), x, up(high), class_="interval"))
        shapes.append(plot.dot(x, up(group.covered or 0.0), class_="current-dot"))
    levels = plot.ticks(up.low, 1.0, most=5)
    for value in levels:
        shapes.append(plot.line(LEFT, up(value), WIDTH - RIGHT, up(value), class_="gridline"))
        shapes.append(plot.label(percent(value), LEFT - 5, up(value) + 4, anchor="end", class_="small"))
    return plot.chart(
        described,
        HEIGHT,
        plot.line(LEFT, up(intervals.level), WIDTH - RIGHT, up(intervals.level), class_="reference-line"),
        *shapes,
        plot.label("small predictions", LEFT, HEIGHT - 6, class_="small"),
        plot.label("large ones", WIDTH - RIGHT, HEIGHT - 6, anchor="end", class_="small"),
        plot.label("share within the interval", 8, 13),
    )
