"""Drift on the page's axis: what was decided, how many features moved, and the heat map that leads to the reports."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from courtside.contracts.dashboard_keys import from_page
from courtside.contracts.shortening import listed, shortened
from courtside.core.dashboard.model_page.heat_map import ROW, Column, by_movement, drawn, unchecked
from courtside.core.dashboard.model_page.panel import Frame, by_days, group, panel
from courtside.core.dashboard.views import ModelView
from courtside.core.decision.decision import ACTS, Action
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.plot import Description
from courtside.core.pages.wording import counted, day

MOST_ROWS = 24
"""Features shown at once, those that moved first; the others are folded away."""
MOST_FOLDED = 400
MOST_NAMED = 4
COUNT, DECIDED = 40, 20
LONGEST_NAME = 60
HINT = "Point at a day to read what moved; it leads to that day's report."
WEEKLY_HINT = "Each column is a week, and leads to the report of the day on which most moved."
LEGEND = (
    ("alert", "people were told"),
    ("act", "it changed something"),
    ("warm", "moved a little, no drift"),
    ("drift1", "drift"),
    ("drift3", "the larger the move, the stronger"),
    ("usual", "usual or accepted"),
    ("broken", "broken column"),
    ("unjudged", "too little data"),
    ("unchecked", "no check"),
)


def drift_group(view: ModelView, found: Sequence[Column], frame: Frame) -> Markup | None:
    """Return what the checks found, on the axis; None before the first check."""
    if not found:
        return None
    order = by_movement(len(view.features), found)
    weekly = any(column.end - column.start > timedelta(days=1) for column in found)
    return group(
        _heading(view, found[-1]),
        _decided(found, frame),
        _counts(found, frame, len(view.features)),
        _rows(view, found, order[:MOST_ROWS], frame, key="heat"),
        hits=by_days("div", frame, *_hits(view, found, frame), class_="hits"),
        hint=WEEKLY_HINT if weekly else HINT,
    )


def folded_features(view: ModelView, found: Sequence[Column], frame: Frame) -> Markup | None:
    """Return the heat map's other rows, folded away; None where all features are shown."""
    order = by_movement(len(view.features), found)[MOST_ROWS:]
    if not (found and order):
        return None
    shown = order[:MOST_FOLDED]
    left = f"; {len(order) - len(shown):,} more are in the reports" if len(order) > len(shown) else ""
    summary = element("summary", f"{counted(len(order), 'other feature')}{left}")
    return element("details", summary, _rows(view, found, shown, frame, key="others"), class_="over-time")


def legend() -> Markup:
    """Return what each look of a cell means."""
    keys = [element("li", element("span", class_=f"sample {look}", aria_hidden="true"), said) for look, said in LEGEND]
    return element("ul", *keys, class_="legend", aria_label="Marks of the heat map")


def _heading(view: ModelView, newest: Column) -> Markup:
    moved = [view.features[n] for n in newest.moved]
    when = day(newest.check.day)
    said = f"{when}: {listed(moved, MOST_NAMED)}" if moved else f"nothing on {when}"
    return element("h3", "Features that drifted", element("span", f"newest check, {said}", class_="note"))


def _decided(found: Sequence[Column], frame: Frame) -> Markup:
    """Return a mark for each check that alerted people, and a taller one for each that changed something."""
    alerted = "".join(f"M{_middle(c, frame)} 6v6" for c in found if c.check.action == Action.ALERT)
    acted = [c for c in found if c.check.action in ACTS]
    marks = "".join(f"M{_middle(c, frame)} 0v{DECIDED}" for c in acted)
    described = Description(
        "decided",
        "Decisions over time",
        f"{counted(len(acted), 'decision')} changed something; the table below has all.",
    )
    return panel(
        [element("span", "decided", style=f"top:{DECIDED / 2:g}px")],
        frame.drawing(
            described,
            DECIDED,
            element("path", d=alerted, class_="alerted") if alerted else None,
            element("path", d=marks, class_="acted") if marks else None,
        ),
    )


def _counts(found: Sequence[Column], frame: Frame, features: int) -> Markup:
    """Return how many features drifted or broke, as steps."""
    counts = [len(column.moved) for column in found]
    most = max([*counts, 1])
    steps = "".join(
        f"M{plot.place(frame.axis.place(c.start))} {COUNT}v-{plot.place((COUNT - 6) * n / most)}"
        f"H{plot.place(frame.axis.place(c.end))}V{COUNT}z"
        for c, n in zip(found, counts, strict=True)
        if n
    )
    described = Description("drifted", "Features that drifted, by check", f"At most {most} of {features} at once.")
    shapes = (element("path", d=f"M0 6H{frame.axis.days}M0 {COUNT}H{frame.axis.days}", class_="grid"),)
    return panel(
        [element("span", str(most), style="top:6px"), element("span", "0", style=f"top:{COUNT - 4}px")],
        frame.drawing(described, COUNT, *shapes, element("path", d=steps, class_="count") if steps else None),
        [element("span", f"of {features:,} features", style=f"top:{COUNT / 2:g}px")],
    )


def _rows(view: ModelView, found: Sequence[Column], order: Sequence[int], frame: Frame, *, key: str) -> Markup:
    height = ROW * len(order)
    names = [
        element(
            "bdi", shortened(view.features[n], LONGEST_NAME), class_="feature", title=shortened(view.features[n], 200)
        )
        for n in order
    ]
    moved = [view.features[n] for n in order if any(c.cells[n].startswith(("drift", "broken")) for c in found)]
    said = f"Drifted at least once: {listed(moved, 12)}." if moved else "None of these drifted."
    lines = "".join(f"M0 {ROW * n}H{frame.axis.days}" for n in range(len(order) + 1))
    drawing = frame.drawing(
        Description(key, "Heat map of features over time", said),
        height,
        unchecked(found, view.start, view.end, height),
        element("path", d=lines, class_="rows"),
        *drawn(found, order, view.start),
    )
    return panel(names, drawing)


def _hits(view: ModelView, found: Sequence[Column], frame: Frame) -> Iterator[Markup]:
    """Yield a link to each column's report, or words where it is gone; Tab stops only where other features moved."""
    before: list[int] = []
    for column in found:
        moved, check = column.moved, column.check
        news = moved != before or column is found[-1]
        before = moved
        said, place = _said(view, column), frame.axis.columns(column.start, column.end)
        if check.report_key:
            href = from_page(view.summary.page_key, check.report_key)
            yield element("a", href=href, aria_label=said, tabindex=None if news else -1, style=place)
        else:
            yield element("span", data_said=said, style=place)


def _said(view: ModelView, column: Column) -> str:
    one = column.end - column.start == timedelta(days=1)
    when = day(column.start) if one else f"week of {day(column.start)}"
    names = [view.features[n] for n in column.moved]
    known = sum(verdict is not None for verdict in column.check.verdicts)
    found = f"{len(names)} of {known} drifted: {listed(names, MOST_NAMED)}" if names else f"none of {known} drifted"
    return f"{when}: {found}; decided: {column.check.action.replace('_', ' ')}"


def _middle(column: Column, frame: Frame) -> str:
    return plot.place((frame.axis.place(column.start) + frame.axis.place(column.end)) / 2)
