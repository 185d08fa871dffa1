"""One metric over time: what was realised and how surely, what was promised and estimated, what a constant reaches."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from courtside.core.dashboard.metric_words import figure, higher_is_better
from courtside.core.dashboard.model_page.figures import direction, is_worse, newest, of_champion, title_of
from courtside.core.dashboard.model_page.panel import Frame, dots, panel
from courtside.core.dashboard.views import ModelView, PerformancePoint
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup, element, joined
from courtside.core.pages.plot import Description, Scale

TALL, LOW = 190, 104
NEAR = 0.5
"""A constant's figure is in the picture where that makes it taller by at most this share."""
MANY = 120
"""More windows than this have smaller dots."""
LINE = 17
"""Pixels between two labels at the ends of lines."""

Points = Sequence[PerformancePoint]
Figure = Callable[[PerformancePoint], float | None]


@dataclass(frozen=True, slots=True)
class Line:
    """One of the lines of a picture: its class in the style sheet, what it is called, and its newest figure."""

    class_: str
    name: str
    value: float


def metric_panel(view: ModelView, frame: Frame, metric: str, height: int) -> Markup | None:
    """Return the picture of one metric with its heading; None where nothing is known of it."""
    points = of_champion(view, metric)
    scale = _scale(points, height)
    if scale is None:
        return None
    title, lines = title_of(view, metric), list(_lines(points, scale))
    better = direction(view, metric)
    described = Description(f"metric-{view.metrics.index(metric)}", f"{title} over time", _spoken(lines, points))
    shapes = (
        *_promised(points, frame, scale),
        *_realised(points, frame, scale, higher=higher_is_better(view.summary.task, metric)),
    )
    axis = plot.Axis.of(scale.low, scale.high, most=3 if height == LOW else 5)
    marks = [
        element("span", text, style=f"top:{scale(tick):.0f}px")
        for tick, text in zip(axis.values, axis.labels, strict=True)
    ]
    grid = "".join(f"M0 {plot.place(scale(tick))}H{frame.axis.days}" for tick in axis.values)
    beyond = _beyond(points, scale)
    return joined(
        element(
            "h3",
            title,
            element("span", better, class_="note") if better else None,
            *(element("span", mark(line.class_), f"{line.name} {figure(line.value)}", class_="key") for line in lines),
            element("span", beyond, class_="note") if beyond else None,
        ),
        panel(
            marks,
            frame.drawing(described, height, element("path", d=grid, class_="grid"), *shapes),
            list(_ends(lines, scale, height)),
        ),
    )


def mark(class_: str) -> Markup:
    """Return the sample of a line or band that stands before its name."""
    return element("span", class_=f"mark {class_}", aria_hidden="true")


def _scale(points: Points, height: int) -> Scale | None:
    """Return the scale that shows all that matters; intervals of windows that are not final may reach beyond it."""
    known = [value for p in points for value in (p.value, p.promise, p.promise_low, p.promise_high, p.estimate)]
    known += [value for p in [p for p in points if p.final] or points for value in (p.low, p.high)]
    shown = [value for value in known if value is not None]
    if not shown:
        return None
    low, high = min(shown), max(shown)
    room = (high - low) or abs(high) * 0.1 or 1.0
    constants = [p.baseline for p in points if p.baseline is not None]
    if constants and min(constants) >= low - NEAR * room and max(constants) <= high + NEAR * room:
        low, high = min(low, *constants), max(high, *constants)
    pad = ((high - low) or abs(high) * 0.1 or 1.0) * 0.07
    return Scale(low - pad, high + pad, height - 1.0, 1.0)


def _beyond(points: Points, scale: Scale) -> str | None:
    constant = newest([point.baseline for point in points])
    if constant is None or scale.low <= constant <= scale.high:
        return None
    return f"a constant reaches {figure(constant)}, far {'below' if constant < scale.low else 'above'}"


def _lines(points: Points, scale: Scale) -> Iterator[Line]:
    for class_, name, values in (
        ("realised", "realised", [p.value for p in points]),
        ("promise", "promised", [p.promise for p in points]),
        ("estimate", "estimated", [p.estimate for p in points]),
        ("constant", "constant", [p.baseline for p in points]),
    ):
        value = newest(values)
        if value is not None and scale.low <= value <= scale.high:
            yield Line(class_, name, value)


def _ends(lines: Sequence[Line], scale: Scale, height: int) -> Iterator[Markup]:
    """Yield the lines' names at their ends, moved apart where they would touch."""
    ordered = sorted(lines, key=lambda line: scale(line.value))
    tops = [scale(line.value) for line in ordered]
    for n in range(1, len(tops)):
        tops[n] = max(tops[n], tops[n - 1] + LINE)
    over = max(0.0, (tops[-1] - (height - LINE / 2)) if tops else 0.0)
    for n in range(len(tops) - 1, -1, -1):
        tops[n] = min(
            tops[n] - (over if n == len(tops) - 1 else 0), tops[n + 1] - LINE if n + 1 < len(tops) else tops[n]
        )
    for line, top in zip(ordered, tops, strict=True):
        yield element("span", f"{figure(line.value)} {line.name}", class_=line.class_, style=f"top:{top:.0f}px")


def _promised(points: Points, frame: Frame, scale: Scale) -> Iterator[Markup]:
    """Yield the promise with its interval, and the constant, each a level stretch as long as it was the same."""
    for (low, high), same in groupby(points, lambda p: (p.promise_low, p.promise_high)):
        if low is not None and high is not None:
            left, right = _reach(list(same), frame)
            corners = [(left, scale(low)), (right, scale(low)), (right, scale(high)), (left, scale(high))]
            yield plot.path(corners, class_="promise-band", closed=True)
    yield from _levels(points, frame, scale, lambda p: p.promise, class_="promise")
    yield from _levels(points, frame, scale, lambda p: p.baseline, class_="constant")


def _levels(points: Points, frame: Frame, scale: Scale, of: Figure, *, class_: str) -> Iterator[Markup]:
    for value, same in groupby(points, of):
        if value is not None and scale.low <= value <= scale.high:
            left, right = _reach(list(same), frame)
            yield plot.path([(left, scale(value)), (right, scale(value))], class_=class_)


def _reach(points: Points, frame: Frame) -> tuple[float, float]:
    return frame.axis.place(points[0].start), frame.axis.place(points[-1].end)


def _realised(points: Points, frame: Frame, scale: Scale, *, higher: bool | None) -> Iterator[Markup | None]:
    """Yield the estimate, and the realised figures with their intervals: paler where labels are still awaited."""

    def place(point: PerformancePoint, value: float | None) -> tuple[float, float]:
        return sum(_reach([point], frame)) / 2, scale(value or 0.0)

    for run in _runs(points, lambda p: p.estimate):
        yield plot.path(_line([place(p, p.estimate) for p in run], run, frame), class_="estimate")
    for run in _runs(points, lambda p: p.value):
        for final, part in _parts(run):
            sure = [p for p in part if p.low is not None and p.high is not None]
            awaited = "" if final else " awaited"
            above = _line([place(p, p.high) for p in sure], sure, frame)
            outline = above + _line([place(p, p.low) for p in sure], sure, frame)[::-1]
            yield plot.path(outline, class_=f"interval-band{awaited}", closed=True) if sure else None
            yield plot.path([place(p, p.value) for p in part], class_=f"realised{awaited}")
    many = " many" if len(points) > MANY else ""
    marks: dict[str, list[tuple[float, float]]] = {"dots": [], "dots worse": [], "hole": []}
    for point in points:
        if point.value is not None:
            marks["dots worse" if is_worse(point, higher=higher) else "dots"].append(place(point, point.value))
            if not point.final:
                marks["hole"].append(place(point, point.value))
    for class_, places in marks.items():
        yield dots(places, class_=f"{class_}{many}")


def _line(places: list[tuple[float, float]], points: Points, frame: Frame) -> list[tuple[float, float]]:
    """Return the places of a line; that of a window on its own is as long as the window, or nobody would see it."""
    if len(places) != 1:
        return places
    left, right = _reach(points, frame)
    return [(left, places[0][1]), (right, places[0][1])]


def _runs(points: Points, of: Figure) -> Iterator[Points]:
    """Yield stretches of one version whose figure is known: no line crosses a gap or a change of the champion."""
    run: list[PerformancePoint] = []
    for point in points:
        broken = of(point) is None or (run and (run[-1].version != point.version or run[-1].end != point.start))
        if broken and run:
            yield run
            run = []
        if of(point) is not None:
            run.append(point)
    if run:
        yield run


def _parts(run: Points) -> Iterator[tuple[bool, Points]]:
    """Yield a run in parts that are final or not; the point between two parts belongs to both."""
    if len(run) == 1:
        yield run[0].final, run
        return
    for final, steps in groupby(pairwise(run), lambda step: step[0].final and step[1].final):
        ends = list(steps)
        yield final, [ends[0][0], *(step[1] for step in ends)]


def _spoken(lines: Sequence[Line], points: Points) -> str:
    newest_figures = ", ".join(f"{line.name} {figure(line.value)}" for line in lines)
    realised = [p.value for p in points if p.value is not None]
    reach = f" Realised figures lie between {figure(min(realised))} and {figure(max(realised))}." if realised else ""
    return f"The newest: {newest_figures}.{reach} The table below has all of them."
