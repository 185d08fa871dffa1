"""Performance on the page's axis: a picture for each metric, how many labels are in, and others beside the champion."""

from collections.abc import Iterator, Sequence
from datetime import date

from courtside.contracts.shortening import shortened
from courtside.core.dashboard.metric_words import figure, with_interval
from courtside.core.dashboard.model_page.figures import direction, labels_in, newest, of_champion, of_others, title_of
from courtside.core.dashboard.model_page.metric_panel import LOW, TALL, mark, metric_panel
from courtside.core.dashboard.model_page.panel import Frame, by_days, dots, group, panel
from courtside.core.dashboard.views import ModelView, PerformancePoint
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup, element, joined
from courtside.core.pages.parts import table, wide
from courtside.core.pages.plot import Description, Scale
from courtside.core.pages.wording import counted, number, span

LABELS = 26
BESIDE = 76
MOST_METRICS = 6
MOST_WINDOWS = 60
HINT = "Point at a window to read its figures."
LEGEND = (
    ("realised", "realised, with its 95 % interval"),
    ("awaited", "more labels are awaited"),
    ("worse", "surely worse than promised"),
    ("promise", "promised by the holdout, with its interval"),
    ("estimate", "estimated before the labels came"),
    ("constant", "a constant prediction"),
    ("change", "another champion"),
)
COLUMNS = ("Window", "version", "realised (95 % interval)", "promised", "estimated", "labels in", "restated")


def performance_groups(view: ModelView, frame: Frame) -> list[Markup]:
    """Return everything about performance that has a place on the axis: the primary metric's, then the others'."""
    first, others = view.metrics[:1], view.metrics[1:MOST_METRICS]
    about_first = [metric_panel(view, frame, metric, TALL) for metric in first]
    if not any(about_first):
        return []
    about_first += [_labels_lane(view, frame), _beside_panel(view, frame)]
    about_others = [metric_panel(view, frame, metric, LOW) for metric in others]
    return [
        group(*panels, hits=by_days("div", frame, *_hits(view, frame, metrics), class_="hits"), hint=HINT)
        for panels, metrics in ((about_first, first), (about_others, others))
        if any(panels)
    ]


def performance_legend(view: ModelView) -> Markup:
    """Return what each mark of the pictures means; not every task has estimates and constants."""
    absent = set()
    if all(point.estimate is None for point in view.performance):
        absent.add("estimate")
    if all(point.baseline is None for point in view.performance):
        absent.add("constant")
    shown = [(look, said) for look, said in LEGEND if look not in absent]
    return element("ul", *(element("li", mark(look), said) for look, said in shown), class_="legend")


def figures_table(view: ModelView) -> Markup | None:
    """Return the primary metric's figures as a table, the newest first, folded away."""
    points = of_champion(view, view.metrics[0]) if view.metrics else []
    if not points:
        return None
    shown = list(reversed(points[-MOST_WINDOWS:]))
    title = title_of(view, view.metrics[0])
    rows = [
        (
            span(p.start, p.end),
            shortened(p.version, 20),
            with_interval(p.value, p.low, p.high),
            figure(p.promise),
            figure(p.estimate),
            labels_in(p),
            counted(p.restated, "time") if p.restated else "",
        )
        for p in shown
    ]
    more = f", the newest {len(shown)} of {len(points)} windows" if len(points) > len(shown) else ""
    return element(
        "details",
        element("summary", f"{title} in figures{more}"),
        wide(table(None, COLUMNS, rows), label=f"{title} in figures"),
    )


def _labels_lane(view: ModelView, frame: Frame) -> Markup:
    """Return how many of each window's labels are in: bars, pale where more are awaited."""
    points = of_champion(view, view.metrics[0])
    final: list[str] = []
    awaited: list[str] = []
    for point in points:
        share = point.labelled / point.rows if point.rows else 0.0
        left, right = frame.axis.place(point.start), frame.axis.place(point.end)
        height = plot.place(share * (LABELS - 4))
        bar = f"M{plot.place(left)} {LABELS}v-{height}H{plot.place(right)}v{height}z"
        (final if point.final else awaited).append(bar)
    described = Description(
        "labels", "Labels that are in, by window", f"{len(awaited)} of {len(points)} windows still await labels."
    )
    shapes = [
        element("path", d="".join(bars), class_=class_)
        for class_, bars in (("labels", final), ("labels awaited", awaited))
        if bars
    ]
    top = f"M0 4H{frame.axis.days}"
    return panel(
        [element("span", "labels in", style=f"top:{LABELS / 2 + 2:.0f}px")],
        frame.drawing(described, LABELS, element("path", d=top, class_="grid"), *shapes),
        [element("span", "of all rows", style=f"top:{LABELS / 2 + 2:.0f}px")],
    )


def _beside_panel(view: ModelView, frame: Frame) -> Markup | None:
    """Return the champion's figures less those of versions that predicted the same rows; None without any."""
    metric = view.metrics[0]
    points = of_others(view, metric)
    if not points:
        return None
    told = [abs(value) for p in points for value in (p.difference, p.difference_low, p.difference_high) if value]
    reach = max(told, default=1.0)  # versions that predict the same differ by nothing
    scale = Scale(-1.1 * reach, 1.1 * reach, BESIDE - 1.0, 1.0)
    roles = list(dict.fromkeys(point.role for point in points))
    shapes: list[Markup | None] = [element("path", d=f"M0 {BESIDE / 2}H{frame.axis.days}", class_="zero")]
    for role in roles:
        of_role = [point for point in points if point.role == role]
        places = [(_middle(p, frame), p) for p in of_role]
        whiskers = "".join(
            f"M{plot.place(x)} {plot.place(scale(p.difference_low))}V{plot.place(scale(p.difference_high))}"
            for x, p in places
            if p.difference_low is not None and p.difference_high is not None
        )
        shapes.append(element("path", d=whiskers, class_=f"whisker {role}") if whiskers else None)
        shapes.append(dots(((x, scale(p.difference or 0.0)) for x, p in places), class_=f"dots {role}"))
    title = title_of(view, metric)
    better = "above" if direction(view, metric) == "higher is better" else "below"
    last = newest([p.difference for p in points])
    described = Description(
        "beside",
        f"Champion less other versions, by {title}",
        f"{len(points)} comparisons; the newest is {figure(last)}.",
    )
    marks = [
        element("span", text, style=f"top:{scale(value):.0f}px")
        for value, text in (
            (0.0, "0"),
            (reach, f"+{_two_digits(reach)}"),
            (-reach, f"\N{MINUS SIGN}{_two_digits(reach)}"),
        )
    ]
    return joined(
        element(
            "h3",
            f"Champion less another version, by {title}",
            element("span", f"the same rows; {better} 0 the champion is better", class_="note"),
            *(element("span", mark(role), role, class_="key always") for role in roles),
        ),
        panel(marks, frame.drawing(described, BESIDE, *shapes)),
    )


def _two_digits(value: float) -> str:
    """Write a number by two digits that count.

    >>> _two_digits(0.0386), _two_digits(772.4), _two_digits(1.26e9)
    ('0.039', '770', '1.3e+09')
    """
    return number(float(f"{value:.2g}"))


def _middle(point: PerformancePoint, frame: Frame) -> float:
    return (frame.axis.place(point.start) + frame.axis.place(point.end)) / 2


def _hits(view: ModelView, frame: Frame, metrics: Sequence[str]) -> Iterator[Markup]:
    """Yield a place to point at for each window, which says the figures of these metrics."""
    windows: dict[tuple[date, str], list[PerformancePoint]] = {}
    for metric in metrics:
        for point in of_champion(view, metric):
            windows.setdefault((point.start, point.version), []).append(point)
    for points in windows.values():
        first = points[0]
        said = "; ".join(_said(view, point) for point in points)
        which = f"{span(first.start, first.end)}, version {shortened(first.version, 20)}"
        text = f"{which}: {said}; labels in: {labels_in(first)}"
        yield element("span", style=frame.axis.columns(first.start, first.end), data_said=text)


def _said(view: ModelView, point: PerformancePoint) -> str:
    realised = with_interval(point.value, point.low, point.high) if point.value is not None else "not known yet"
    promised = f", promised {figure(point.promise)}" if point.promise is not None else ""
    estimated = f", estimated {figure(point.estimate)}" if point.estimate is not None else ""
    return f"{title_of(view, point.metric)} {realised}{promised}{estimated}"
