"""The plots and tables of a regression candidate."""

from collections.abc import Callable

from courtside.contracts.curves import IntervalFigures, ResidualGroup, ValueCurves
from courtside.contracts.shortening import shortened
from courtside.core.model_card.regression.coverage import coverage_chart
from courtside.core.model_card.regression.residuals import by_segment_chart, histogram_chart, over_time_chart
from courtside.core.model_card.regression.scatter import scatter_chart
from courtside.core.pages.markup import Markup
from courtside.core.pages.parts import Table
from courtside.core.pages.plot import Description
from courtside.core.pages.wording import DASH, counted, number, percent, period

SPREAD = "Dots: mean of actual minus predicted; lines: the middle 80 % of rows."


def value_titles(curves: ValueCurves) -> dict[str, str]:
    """Return the title of each chart by its name, in the order in which they are drawn."""
    titles = {"predicted_actual": "Predicted against actual", "residuals": "Residuals"}
    if curves.over_time:
        titles["residuals_over_time"] = "Residuals over time"
    if curves.by_segment:
        titles["residuals_by_segment"] = f"Residuals by {shortened(curves.segment or 'segment', 40)}"
    if curves.intervals is not None:
        titles["coverage"] = f"Coverage of {percent(curves.intervals.level)} intervals"
    return titles


def value_charts(curves: ValueCurves, described: Callable[[str, str, str], Description]) -> dict[str, Markup]:
    """Return the charts by name; `described` makes a description of a chart's name, title and text."""
    titles = value_titles(curves)

    def said(name: str, text: str) -> Description:
        return described(name, titles[name], text)

    drawn = {
        "predicted_actual": scatter_chart(curves, said("predicted_actual", _on_grid(curves))),
        "residuals": histogram_chart(
            curves, said("residuals", "Rows by actual minus predicted; the outer bars hold what lies beyond them.")
        ),
    }
    if curves.over_time:
        drawn["residuals_over_time"] = over_time_chart(curves.over_time, said("residuals_over_time", SPREAD))
    if curves.by_segment:
        drawn["residuals_by_segment"] = by_segment_chart(curves.by_segment, said("residuals_by_segment", SPREAD))
    if (known := curves.intervals) is not None:
        text = f"{_held(known)} By size of the prediction, with 95 % intervals; the dashed line is the stated level."
        drawn["coverage"] = coverage_chart(known, said("coverage", text))
    return drawn


def value_notes(curves: ValueCurves) -> dict[str, str]:
    """Return what stands in words below a chart, by the chart's name."""
    notes = {"predicted_actual": _outside(curves).strip()} if curves.outside else {}
    if curves.intervals is not None:
        notes["coverage"] = _held(curves.intervals)
    return notes


def value_words(curves: ValueCurves, *, target: str) -> list[str]:
    """Return sentences about outliers, and about a `target` that counts something."""
    said = []
    if (found := curves.heaviest) is not None:
        have = f"{counted(found.rows, 'row')} of {curves.rows:,} {'has' if found.rows == 1 else 'have'}"
        said.append(
            f"{have} {percent(found.share)} of all squared error. Such outliers decide what RMSE and R² say; the "
            "median absolute error tells how the other rows do."
        )
    if curves.counts:
        below = f"; {curves.below_zero:,} of them are below 0, which no count is" if curves.below_zero else ""
        said.append(
            f"{shortened(target, 40)} is a whole number of at least 0 in each row of the test part, as a count is. "
            f"Predictions are expected values, which need not be whole{below}."
        )
    return said


def value_tables(curves: ValueCurves) -> list[Table]:
    """Return the tables of residuals by segment and over time, where they are known."""
    tables: list[Table] = []
    if curves.by_segment:
        caption = f"By {shortened(curves.segment or 'segment', 40)}"
        tables.append(_table(caption, [(shortened(group.name, 40), group) for group in curves.by_segment]))
    if curves.over_time:
        tables.append(_table("Over time", [(period(group.days), group) for group in curves.over_time]))
    return tables


def _table(caption: str, groups: list[tuple[str, ResidualGroup]]) -> Table:
    covered = any(group.covered is not None for _, group in groups)
    columns = ("", "rows", "actual minus predicted, mean", "RMSE", *(["covered"] if covered else []))
    rows = [
        (
            name,
            f"{group.rows:,}",
            number(group.mean),
            number(group.rmse),
            *([DASH if group.covered is None else percent(group.covered)] if covered else []),
        )
        for name, group in groups
    ]
    return Table(caption, columns, rows)


def _on_grid(curves: ValueCurves) -> str:
    drawn = f"{counted(curves.rows, 'row')} on a grid (the larger a square, the more rows)"
    said = f"{drawn}, and the means of ten bins; on the diagonal, predictions are right."
    return f"{said}{_outside(curves)}"


def _outside(curves: ValueCurves) -> str:
    if not curves.outside:
        return ""
    return f" {counted(curves.outside, 'row')} {'lies' if curves.outside == 1 else 'lie'} beyond the axes."


def _held(known: IntervalFigures) -> str:
    """Say how often intervals held, and how wide they are."""
    lie = f"{percent(known.covered)} of {counted(known.rows, 'row')} lie within their interval, which says"
    return f"{lie} {percent(known.level)}; the intervals are {number(known.width)} wide on average."
