"""Feature importances: which inputs a model relies on."""

from collections.abc import Mapping

from courtside.contracts.shortening import shortened
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.plot import WIDTH, Description, Scale
from courtside.core.pages.wording import percent

MOST_BARS = 20
ROW = 20.0
NAME = 172.0
LONGEST_NAME = 24


def importance_chart(importances: Mapping[str, float], described: Description) -> Markup:
    """Draw the largest shares, at most `MOST_BARS`."""
    largest = sorted(importances.items(), key=lambda item: -item[1])[:MOST_BARS]
    along = Scale(0.0, max(largest[0][1], 1e-9), NAME, WIDTH - 52)
    shapes = []
    for position, (name, share) in enumerate(largest):
        y = position * ROW + 3
        shapes += [
            _name(name, y + 11),
            plot.bar(NAME, y, along(share) - NAME, 14, class_="current-bar"),
            plot.label(percent(share), along(share) + 4, y + 11, class_="small"),
        ]
    height = len(largest) * ROW
    return plot.chart(described, height, *shapes, plot.line(NAME, 0, NAME, height, class_="axis"))


def _name(text: str, y: float) -> Markup:
    shown = shortened(text, LONGEST_NAME)
    name = plot.label(shown, NAME - 6, y, anchor="end", class_="level")
    return name if shown == text else element("g", element("title", shortened(text, 200)), name)
