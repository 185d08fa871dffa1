"""A model's newest realised figures as a line no taller than two lines of text, with the promise dashed.

A window with too few rows for an interval has a hollow dot, since its figure says next to nothing.
"""

from collections.abc import Iterator

from courtside.core.dashboard.metric_words import metric_title
from courtside.core.dashboard.views import Summary
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.plot import Scale
from courtside.core.pages.wording import counted, number

WIDTH, HEIGHT, EDGE = 132.0, 34.0, 4.0


def sparkline(model: Summary) -> Markup:
    """Draw the newest figures, at least one of which is known; the line does not cross a window without one."""
    known = [value for value in model.recent if value is not None]
    levels = [*known, *([] if model.promise is None else [model.promise])]
    room = (max(levels) - min(levels)) * 0.1 or abs(levels[0]) * 0.05 or 1.0
    up = Scale(min(levels) - room, max(levels) + room, HEIGHT - EDGE, EDGE)
    across = Scale(0, max(len(model.recent) - 1, 1), EDGE, WIDTH - EDGE)
    promise = () if model.promise is None else (_promise(up(model.promise)),)
    return element(
        "svg",
        element("title", _said(model, known)),
        *promise,
        *_runs(model.recent, across, up),
        *_unsure(model, across, up),
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        role="img",
        class_="spark",
    )


def _promise(y: float) -> Markup:
    return plot.line(EDGE, y, WIDTH - EDGE, y, class_="reference-line")


def _runs(recent: tuple[float | None, ...], across: Scale, up: Scale) -> Iterator[Markup]:
    run: list[tuple[float, float]] = []
    last: tuple[float, float] | None = None
    for position, value in enumerate((*recent, None)):
        if value is not None:
            last = across(position), up(value)
            run.append(last)
        elif run:
            yield plot.path(run, class_="current-line") if len(run) > 1 else plot.dot(*run[0], class_="current-dot")
            run = []
    if last is not None:
        yield plot.dot(*last, class_="current-dot")


def _unsure(model: Summary, across: Scale, up: Scale) -> Iterator[Markup]:
    for position, (value, unsure) in enumerate(zip(model.recent, model.unsure, strict=False)):
        if value is not None and unsure:
            yield plot.dot(across(position), up(value), class_="hollow-dot")


def _said(model: Summary, known: list[float]) -> str:
    promise = f"; promised {number(model.promise)}" if model.promise is not None else ""
    span = f"from {number(min(known))} to {number(max(known))} in {len(known)} windows"
    newest = f"{number(known[-1])} in the newest window with labels"
    unsure = sum(model.unsure)
    few = f"; {counted(unsure, 'window')} with too few rows for an interval" if unsure else ""
    return f"{metric_title(model.task, model.metric)}: {newest}, {span}{promise}{few}"
