"""A feature's two distributions as small as a word, for its line in the list of all features."""

from collections.abc import Iterator

import numpy as np

from courtside.core.drift.columns.column import Column
from courtside.core.drift.columns.rounding import Floats
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup, element
from courtside.core.report_page.distribution import Histogram, distributions

WIDTH, HEIGHT = 88.0, 24.0
MOST_BARS = 14


def thumbnail(reference: Column, current: Column) -> Markup | None:
    """Draw the shares of the reference as an area, and the current ones as a line; None where they cannot be drawn.

    It shows a shape only, so it has no axis and is not read aloud: the feature's own chart says what it is.
    """
    drawn = distributions(reference, current)
    if drawn is None:
        return None
    before, after = drawn.reference, drawn.current
    if isinstance(drawn, Histogram):
        before, after = _fewer(before), _fewer(after)
    highest = max(float(before.max()), float(after.max()), 1e-9)
    return element(
        "svg",
        plot.path(_outline(before / highest), class_="reference-area", closed=True),
        plot.path(_outline(after / highest), class_="current-line"),
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        aria_hidden="true",
        class_="thumbnail",
    )


def _fewer(shares: Floats) -> Floats:
    """Add neighbouring bins up until few enough are left."""
    together = -(-shares.size // MOST_BARS)
    return np.add.reduceat(shares, np.arange(0, shares.size, together))


def _outline(heights: Floats) -> Iterator[tuple[float, float]]:
    step, floor = WIDTH / heights.size, HEIGHT - 1
    yield 0.0, floor
    for position, height in enumerate(heights.tolist()):
        top = floor - height * (HEIGHT - 3)
        yield position * step, top
        yield (position + 1) * step, top
    yield WIDTH, floor
