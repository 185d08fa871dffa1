"""The frame every chart shares: a viewport that is legible at a phone's width, scales, ticks and descriptions."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import overload

from courtside.core.drift.columns.rounding import Floats
from courtside.core.pages.markup import Markup, element

LONGEST_LABEL = 6
WIDTH = 340.0
"""Width of every chart's viewport: near a phone's, so that text keeps its size there."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps [low, high] to positions; `high` above `low`."""

    low: float
    high: float
    start: float
    stop: float

    @overload
    def __call__(self, value: float) -> float: ...
    @overload
    def __call__(self, value: Floats) -> Floats: ...
    def __call__(self, value: float | Floats) -> float | Floats:
        """Return the position of a value, or of each value of an array."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.stop - self.start)


@dataclass(frozen=True, slots=True)
class Description:
    """What a screen reader says about a chart; `key` makes its ids unique on the page."""

    key: str
    title: str
    text: str


def chart(described: Description, height: float, *shapes: Markup | None) -> Markup:
    """Return an SVG image with a title and a description."""
    title, text = f"{described.key}-title", f"{described.key}-text"
    return element(
        "svg",
        element("title", described.title, id=title),
        element("desc", described.text, id=text),
        *shapes,
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        role="img",
        aria_labelledby=f"{title} {text}",
    )


def label(text: str, x: float, y: float, *, anchor: str = "start", class_: str | None = None) -> Markup:
    """Return text at a position."""
    return element("text", text, x=place(x), y=place(y), text_anchor=anchor, class_=class_)


def line(x1: float, y1: float, x2: float, y2: float, *, class_: str) -> Markup:
    """Return a straight line."""
    return element("line", x1=place(x1), y1=place(y1), x2=place(x2), y2=place(y2), class_=class_)


def bar(x: float, y: float, width: float, height: float, *, class_: str) -> Markup:
    """Return a rectangle; one too thin to see is left at a tenth of a unit."""
    return element(
        "rect",
        x=place(x),
        y=place(y),
        width=place(max(0.1, width)),
        height=place(max(0.1, height)),
        class_=class_,
    )


def dot(x: float, y: float, *, class_: str) -> Markup:
    """Return a dot."""
    return element("circle", cx=place(x), cy=place(y), r="2.6", class_=class_)


def path(points: Iterable[tuple[float, float]], *, class_: str, closed: bool = False) -> Markup:
    """Return a line through points."""
    numbers = [number for point in points for number in point]
    steps = ("%.1f " * len(numbers) % tuple(numbers)).replace(".0 ", " ").rstrip()  # as `place` writes each
    return element("path", d=f"M{steps}{'Z' if closed else ''}", class_=class_)


def place(value: float) -> str:
    """Write a coordinate to a tenth of a unit."""
    return f"{value:.1f}".removesuffix(".0")


def ticks(low: float, high: float, *, most: int) -> list[float]:
    """Return at most `most` round values in [low, high], a step of 1, 2 or 5 times a power of ten apart.

    >>> ticks(88.0, 121.0, most=5)
    [90.0, 100.0, 110.0, 120.0]
    """
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return []
    exponent = math.floor(math.log10(span / most))
    for factor in (1, 2, 5, 10, 20, 50):
        step = factor * 10.0**exponent
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            return [float(f"{position * step:.12g}") for position in range(first, last + 1)]
    return []


@dataclass(frozen=True, slots=True)
class Axis:
    """Round values on an axis with their labels; `base` is what all labels leave out, or None if nothing is."""

    values: tuple[float, ...]
    labels: tuple[str, ...]
    base: str | None = None

    @classmethod
    def of(cls, low: float, high: float, *, most: int) -> "Axis":
        """Label round values; where that takes too many digits, as differences from the first.

        >>> Axis.of(0.0, 31_000.0, most=4).labels
        ('0', '10k', '20k', '30k')
        >>> Axis.of(1_700_000_000.0, 1_700_000_250.0, most=4)
        Axis(values=(1700000000.0, 1700000100.0, 1700000200.0), labels=('+0', '+100', '+200'), base='1,700,000,000')
        """
        values = ticks(low, high, most=most)
        labels = [_short(value) for value in values]
        if len(set(labels)) == len(labels) and all(len(text) <= LONGEST_LABEL for text in labels):
            return cls(tuple(values), tuple(labels))
        return cls(tuple(values), tuple(f"+{_short(value - values[0])}" for value in values), f"{values[0]:,.12g}")

    def note(self) -> Markup | None:
        """Return what the labels leave out, for the chart's top right corner."""
        return label(f"+0 is {self.base}", WIDTH - 8, 12, anchor="end", class_="small") if self.base else None


def _short(value: float) -> str:
    size = abs(value)
    if size >= 1e9 or 0 < size < 1e-3:
        mantissa, exponent = f"{value:.3e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    if size >= 1e6:
        return f"{value / 1e6:.4g}M"
    return f"{value / 1e3:.4g}k" if size >= 1e4 else f"{value:.4g}"
