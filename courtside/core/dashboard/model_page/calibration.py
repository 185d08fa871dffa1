"""How predictions met their labels, and how soon labels come."""

from collections.abc import Iterator

from courtside.contracts.curves import ClassCurves, ValueCurves
from courtside.contracts.shortening import shortened
from courtside.core.dashboard.views import ModelView
from courtside.core.model_card.best_reachable import best_reachable
from courtside.core.model_card.plots import charts_of, notes, tables, titles
from courtside.core.model_card.reliability import Bin, calibration_chart
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.parts import section, table, wide
from courtside.core.pages.plot import WIDTH, Description, Scale
from courtside.core.pages.wording import percent

HEIGHT, LEFT, RIGHT, TOP, FLOOR = 220.0, 42.0, 14.0, 26.0, 176.0
MILESTONES = (0.5, 0.9)
BINARY = "binary"


def trust_section(view: ModelView) -> Markup | None:
    """Return how predictions met their labels, and the maturity of labels; None where neither is known."""
    maturity = _maturity(view)
    if view.met is not None:
        figures = [*_met(view.met), *([] if maturity is None else [maturity])]
        return section(
            "trust",
            "Predictions and labels",
            element("p", shortened(view.calibration_of, 160), ".", class_="note"),
            element("div", *figures, class_="figures"),
            *_tables(view.met),
        )
    figures = [figure for figure in (_calibration(view), maturity) if figure is not None]
    if not figures:
        return None
    title = "Probabilities and labels" if view.summary.task == BINARY else "Labels"
    return section("trust", title, element("div", *figures, class_="figures"))


def _met(curves: ClassCurves | ValueCurves) -> Iterator[Markup]:
    """Yield a figure for each chart of how predictions of several classes, or of values, met their labels."""
    named, below = titles(curves), notes(curves)

    def described(name: str, title: str, text: str) -> Description:
        return Description(f"met-{name}", title, text)

    for name, chart in charts_of(curves, described).items():
        said = element("p", below[name], class_="note") if name in below else None
        yield element("figure", element("figcaption", element("strong", named[name])), chart, said)


def _tables(curves: ClassCurves | ValueCurves) -> Iterator[Markup]:
    """Yield the tables behind the charts, each folded away."""
    for each in tables(curves):
        summary = element("summary", f"{each.caption}, in figures")
        yield element("details", summary, wide(table(None, each.columns, each.rows), label=each.caption))


def _calibration(view: ModelView) -> Markup | None:
    if not view.calibration:
        return None
    off = max(view.calibration, key=lambda each: abs(each.observed - each.predicted) * each.rows)
    gap = f"where {percent(off.predicted)} was predicted, {percent(off.observed)} came true"
    said = f"The gap that most rows feel: {gap}."
    bins = [Bin(each.predicted, each.observed, each.low, each.high, each.rows) for each in view.calibration]
    return element(
        "figure",
        element(
            "figcaption",
            element("strong", "Calibration"),
            element("span", shortened(view.calibration_of, 160), class_="note"),
        ),
        calibration_chart(bins, Description("calibration", "Calibration", said)),
        element("p", said, class_="note"),
        _at_best(view),
    )


def _at_best(view: ModelView) -> Markup | None:
    """Return how often the champion could be right on these rows at best; None where there are not two classes."""
    rows = sum(each.rows for each in view.calibration)
    bins = [(each.predicted, each.rows) for each in view.calibration]
    best = best_reachable(bins, rows_a_year=rows) if view.summary.task == BINARY else None
    return None if best is None else element("p", best.sentence(over="these"), class_="note")


def _maturity(view: ModelView) -> Markup | None:
    points = [each for each in view.maturity if each.rows]
    if len(points) < 2:
        return None
    across = Scale(points[0].days, points[-1].days, LEFT, WIDTH - RIGHT)
    up = Scale(0.0, 1.0, FLOOR, TOP)
    reached = [(share, next((p.days for p in points if p.share >= share), None)) for share in MILESTONES]
    told = [f"{percent(share)} within {days} days" for share, days in reached if days is not None]
    said = f"Labels in: {', '.join(told) if told else percent(points[-1].share) + ' so far'}."
    shapes = []
    for tick in (0.0, 0.5, 1.0):
        shapes.append(plot.line(LEFT, up(tick), WIDTH - RIGHT, up(tick), class_="gridline"))
        shapes.append(plot.label(percent(tick), LEFT - 5, up(tick) + 4, anchor="end", class_="small"))
    axis = plot.Axis.of(across.low, across.high, most=6)
    for value, text in zip(axis.values, axis.labels, strict=True):
        shapes.append(plot.label(text, across(value), FLOOR + 16, anchor="middle", class_="small"))
    for share, days in reached:
        if days is not None:
            shapes.append(plot.line(across(days), up(share), across(days), FLOOR, class_="reference-line"))
    return element(
        "figure",
        element(
            "figcaption",
            element("strong", "How soon labels come"),
            element("span", "share of rows with a label", class_="note"),
        ),
        plot.chart(
            Description("maturity", "How soon labels come", said),
            HEIGHT,
            *shapes,
            plot.path([(across(p.days), up(p.share)) for p in points], class_="current-line"),
            plot.label("days after the row", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, anchor="middle"),
        ),
        element("p", said, class_="note"),
    )
