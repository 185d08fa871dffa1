"""The frame of everything that is drawn over time.

A drawing is stretched to whatever width there is, and only its lines keep their thickness, so all text stands beside or
over it as HTML: it keeps its size on a phone, and all drawings share one axis. Across, a unit is a day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from courtside.core.dashboard.model_page.axis import TimeAxis
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.plot import Description, place


@dataclass(frozen=True, slots=True)
class Frame:
    """What each drawing shows behind its own: marked days, and the days on which another version became champion."""

    axis: TimeAxis
    changes: tuple[date, ...]

    def drawing(self, described: Description, height: float, *shapes: Markup | None) -> Markup:
        """Return a stretched drawing of `height` pixels with what is behind it."""
        title, text = f"{described.key}-title", f"{described.key}-text"
        return element(
            "svg",
            element("title", described.title, id=title),
            element("desc", described.text, id=text),
            verticals((self.axis.place(tick.day) for tick in self.axis.ticks()), height, class_="tick"),
            verticals((self.axis.place(day) for day in self.changes), height, class_="change"),
            *shapes,
            viewBox=f"0 0 {self.axis.days} {height:g}",
            preserveAspectRatio="none",
            role="img",
            aria_labelledby=f"{title} {text}",
            style=f"height:{height:g}px",
        )


def panel(names: Sequence[Markup], drawing: Markup, ends: Sequence[Markup] = ()) -> Markup:
    """Return a drawing between what names its lines and what is said at their ends."""
    return element(
        "div",
        element("div", *names, class_="names"),
        element("div", drawing, class_="plot"),
        element("div", *ends, class_="ends", aria_hidden="true"),
        class_="panel",
    )


def by_days(name: str, frame: Frame, *inside: Markup, class_: str, label: str | None = None) -> Markup:
    """Return an element with a column for each day, in which others have their place."""
    grid = f"grid-template-columns:repeat({frame.axis.days},minmax(0,1fr))"
    return element(name, *inside, class_=class_, aria_label=label, style=grid)


def group(*inside: Markup | None, hits: Markup | None, hint: str) -> Markup:
    """Return panels under one layer of places to point at; what each says appears in the line below them."""
    return element(
        "div",
        *inside,
        hits,
        element("p", hint, class_="readout"),
        class_="group",
    )


def verticals(places: Iterable[float], height: float, *, class_: str) -> Markup | None:
    """Return vertical lines as one path; None without any."""
    steps = "".join(f"M{place(x)} 0v{height:g}" for x in places)
    return element("path", d=steps, class_=class_) if steps else None


def dots(points: Iterable[tuple[float, float]], *, class_: str) -> Markup | None:
    """Return dots as one path of lines without a length, whose thick round ends stay round; None without any."""
    steps = "".join(f"M{place(x)} {place(y)}h0" for x, y in points)
    return element("path", d=steps, class_=class_) if steps else None
