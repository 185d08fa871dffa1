"""One feature in full: both distributions, the trend by sub-window, the statistics, the reason."""

import math
from collections.abc import Iterable

from courtside.contracts.shortening import quoted, shortened
from courtside.core.drift import statistics
from courtside.core.drift.columns.column import CategoryColumn, Column, NumericColumn
from courtside.core.drift.reports.report import FeatureDrift
from courtside.core.drift.reports.trends import Trend
from courtside.core.drift.statistics import Statistic
from courtside.core.pages.markup import Markup, element, joined
from courtside.core.pages.parts import Row, table
from courtside.core.pages.plot import Description
from courtside.core.pages.wording import number, percent, span
from courtside.core.report_page.distribution import Histogram, Levels, beyond, distributions
from courtside.core.report_page.distribution_chart import distribution_chart
from courtside.core.report_page.overview import badge, kind_of
from courtside.core.report_page.trend_chart import trend_chart
from courtside.core.report_page.wording import corrected, pvalue, since, statistic

BEYOND_NOTED = 0.01


def feature_section(feature: FeatureDrift, reference: Column, current: Column, *, key: str) -> Markup:
    """Return the card of one feature; `key` is its id on the page."""
    figures = (_distribution(feature, reference, current, key=key), _trend(feature, reference, key=key))
    return element(
        "article",
        element(
            "h3", element("span", shortened(feature.name), class_="name"), Markup(" "), badge(feature), id=f"{key}-name"
        ),
        element("p", feature.reason, class_="reason"),
        element("div", *figures, class_="figures"),
        element(
            "div",
            table("Values", ("", "reference", "current"), _values(reference, current)),
            table("Statistics", ("", "value", "p"), _statistics(feature)),
            class_="tables",
        ),
        id=key,
        class_=f"card {kind_of(feature)}",
        aria_labelledby=f"{key}-name",
    )


def _distribution(feature: FeatureDrift, reference: Column, current: Column, *, key: str) -> Markup:
    drawn = distributions(reference, current)
    if drawn is None:
        return element("p", "The values span too wide a range to be drawn.", class_="note")
    middles = (f"{side} {_middle(column)}" for side, column in (("reference", reference), ("current", current)))
    described = Description(f"{key}-distribution", f"Distribution of {shortened(feature.name)}", ", ".join(middles))
    notes = [element("span", text) for text in _notes(drawn, reference, current)]
    return element(
        "figure",
        element("figcaption", element("strong", "Distribution"), _legend(), element("span", *notes) if notes else None),
        distribution_chart(drawn, described),
    )


def _notes(drawn: Histogram | Levels, reference: Column, current: Column) -> Iterable[str]:
    if isinstance(drawn, Levels) and drawn.left_out:
        yield f"{drawn.left_out} rarer levels are not drawn. "
    if isinstance(drawn, Histogram) and isinstance(reference, NumericColumn) and isinstance(current, NumericColumn):
        share = beyond(reference, current)
        if share >= BEYOND_NOTED:
            yield f"{percent(share)} of the current values lie beyond all of the reference. "
    if isinstance(reference, NumericColumn) and reference.grid.origin:
        yield f"All values are shown less {reference.grid.origin:,}. "
    if not current.valid:
        yield "The current window holds no usable value. "


def _legend() -> Markup:
    return joined(
        element("span", element("span", class_="swatch reference", aria_hidden="true"), "reference", class_="key"),
        element("span", element("span", class_="swatch current", aria_hidden="true"), "current", class_="key"),
    )


def _trend(feature: FeatureDrift, reference: Column, *, key: str) -> Markup | None:
    if feature.trend is None:
        return None
    what, usual = _followed(feature.trend, reference)
    described = Description(
        f"{key}-trend", f"{what} of {shortened(feature.name)} by sub-window", _spoken(feature.trend, what)
    )
    drawing = trend_chart(feature.trend, usual, described)
    if drawing is None:
        return element("p", "No sub-window holds a usable value.", class_="note")
    start = feature.trend.onset
    passed = ", passed by the end" if start and start.passed else ""
    began = f"began: {since(start.day, feature.trend.points[0].start)}{passed}" if start else None
    onset = element("strong", began) if began else None
    return element(
        "figure", element("figcaption", element("strong", f"{what} by sub-window"), _usual(), onset), drawing
    )


def _usual() -> Markup:
    return element("span", element("span", class_="swatch dashes", aria_hidden="true"), "reference", class_="key")


def _followed(trend: Trend, reference: Column) -> tuple[str, float | None]:
    """Return what a trend follows and where that was in the reference."""
    if isinstance(reference, NumericColumn):
        return "Mean", reference.mean
    position = len(reference.levels) if trend.level is None else reference.positions[trend.level]
    level = "any other value" if trend.level is None else quoted(trend.level)
    return f"Share of {level}", float(reference.counts[position]) / reference.valid


def _spoken(trend: Trend, what: str) -> str:
    write = number if what == "Mean" else percent
    return "; ".join(
        f"{span(point.start, point.end)}: {write(point.value)}{f' ({point.rows} rows)' if point.few else ''}"
        for point in trend.points
    )


def _middle(column: Column) -> str:
    if isinstance(column, NumericColumn):
        return f"mean {number(column.mean)}, median {number(column.median)}"
    return f"{column.valid:,} values"


def _values(reference: Column, current: Column) -> Iterable[Row]:
    sides = (reference, current)
    yield "Usable rows", *(f"{side.valid:,}" for side in sides)
    yield "Missing", *(percent(side.tally.missing_rate) for side in sides)
    numeric = [side for side in sides if isinstance(side, NumericColumn)]
    if len(numeric) == 2:
        yield "Mean", *(_in_full(side, side.offset) for side in numeric)
        yield "Median", *(number(side.median) for side in numeric)
        yield "Smallest", *(_in_full(side, side.minimum) for side in numeric)
        yield "Largest", *(_in_full(side, side.maximum) for side in numeric)
    levelled = [side for side in sides if isinstance(side, CategoryColumn)]
    if len(levelled) == 2:
        yield "Levels", *(_level_count(side) for side in levelled)
        yield "Other values", *(percent(side.other_rate) for side in levelled)


def _in_full(column: NumericColumn, offset: float | None) -> str:
    """Write a number that is given minus the origin; large whole numbers differ in their last digits only."""
    if not column.grid.origin or offset is None or not math.isfinite(offset):
        return number(offset)
    return f"{column.grid.origin + round(offset):,}"


def _level_count(column: CategoryColumn) -> str:
    """Write how many levels there are; of more than are kept by name, those that must be there as slots are filled."""
    if column.slots is None or not column.lumped:
        return f"{int((column.counts[:-1] > 0).sum()):,}"
    return f"at least {int((column.slots > 0).sum()):,}"


def _statistics(feature: FeatureDrift) -> Iterable[Row]:
    """Yield tests first, then distances without a unit, then those in the feature's own."""
    yield "Effect, p corrected", statistic(feature.effect), corrected(feature)
    for each in sorted((each for each in statistics.ALL if feature.kind in each.kinds), key=_page_order):
        for figure in each.figures:
            value = feature.statistic(figure.key)
            shown = number(value) if figure.in_unit else statistic(value)
            yield figure.label, shown, pvalue(feature.statistic(figure.pvalue)) if figure.pvalue else ""


def _page_order(each: Statistic) -> tuple[bool, bool]:
    return all(figure.pvalue is None for figure in each.figures), any(figure.in_unit for figure in each.figures)
