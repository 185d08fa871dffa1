"""Chart of a trend: what the feature did by sub-window, beside the reference, and the effect below it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from courtside.core.drift.reports.trends import Trend, TrendPoint
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup
from courtside.core.pages.plot import WIDTH, Description, Scale
from courtside.core.pages.wording import day, percent
from courtside.core.report_page.wording import statistic

HEIGHT = 176.0
LEFT, RIGHT, TOP = 46.0, 10.0, 20.0
FLOOR = 108.0
EFFECT_TOP, EFFECT_FLOOR = 124.0, 156.0
LABEL = 74.0
"""Room a date takes on the axis."""


def trend_chart(trend: Trend, reference: float | None, described: Description) -> Markup | None:
    """Draw a trend around the reference's mean or share; None where no sub-window has rows."""
    values = [point.value for point in trend.points if _shown(point)]
    if reference is None or not values or not math.isfinite(reference):
        return None
    drawing = _Drawing.of(trend, [*(value for value in values if value is not None), reference])
    return plot.chart(
        described,
        HEIGHT,
        *drawing.frame(),
        *drawing.onset(),
        plot.line(LEFT, drawing.up(reference), WIDTH - RIGHT, drawing.up(reference), class_="reference-line"),
        *drawing.curve(),
        *drawing.effects(),
        *drawing.days(),
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    trend: Trend
    across: Scale
    up: Scale

    @classmethod
    def of(cls, trend: Trend, values: list[float]) -> "_Drawing":
        first, last = trend.points[0].start.toordinal(), trend.points[-1].end.toordinal()
        low, high = min(values), max(values)
        room = (high - low) * 0.08 or abs(low) * 0.05 or 1.0
        return cls(trend, Scale(first, last, LEFT, WIDTH - RIGHT), Scale(low - room, high + room, FLOOR, TOP))

    def frame(self) -> Iterator[Markup]:
        axis = plot.Axis.of(self.up.low, self.up.high, most=4)
        is_number = any(point.mean is not None for point in self.trend.points)
        for tick, text in zip(axis.values, axis.labels, strict=True):
            shown = text if is_number else percent(tick)
            yield plot.line(LEFT, self.up(tick), WIDTH - RIGHT, self.up(tick), class_="gridline")
            yield plot.label(shown, LEFT - 5, self.up(tick) + 4, anchor="end", class_="small")
        if is_number and (note := axis.note()) is not None:
            yield note

    def onset(self) -> Iterator[Markup]:
        if self.trend.began is not None:
            x = self.across(self.trend.began.toordinal())
            yield plot.bar(x, TOP - 6, WIDTH - RIGHT - x, EFFECT_FLOOR - TOP + 6, class_="drift-span")
            yield plot.line(x, TOP - 6, x, EFFECT_FLOOR, class_="onset")

    def curve(self) -> Iterator[Markup]:
        for run in self._runs():
            places = [(self._middle(point), self.up(point.value or 0.0)) for point in run]
            if len(places) > 1:
                yield plot.path(places, class_="current-line open")
            for point, (x, y) in zip(run, places, strict=True):
                yield plot.dot(x, y, class_="few-dot" if point.few else "current-dot")
                if point.few:
                    yield plot.label(f"n = {point.rows}", x, y - 6, anchor="middle", class_="small few")

    def effects(self) -> Iterator[Markup]:
        highest = max((point.effect or 0.0 for point in self.trend.points), default=0.0)
        up = Scale(0.0, max(highest, 0.1), EFFECT_FLOOR, EFFECT_TOP)
        for point in self.trend.points:
            if point.effect is not None:
                x, end = self.across(point.start.toordinal()), self.across(point.end.toordinal())
                top = up(point.effect)
                yield plot.bar(
                    x + 0.5, top, end - x - 1, EFFECT_FLOOR - top, class_="few-bar" if point.few else "effect-bar"
                )
        yield plot.line(LEFT, EFFECT_FLOOR, WIDTH - RIGHT, EFFECT_FLOOR, class_="axis")
        yield plot.label("effect", LEFT - 5, EFFECT_FLOOR, anchor="end", class_="small")
        yield plot.label(statistic(up.high), LEFT - 5, EFFECT_TOP + 6, anchor="end", class_="small")

    def days(self) -> Iterator[Markup]:
        first, last = self.trend.points[0].start, self.trend.points[-1].end - timedelta(days=1)
        yield self._day(first, LEFT, "start")
        if last != first:
            yield self._day(last, WIDTH - RIGHT, "end")
        began = self.trend.began
        if began is not None:
            x = self.across(began.toordinal())
            if LEFT + 1.5 * LABEL < x < WIDTH - RIGHT - 1.5 * LABEL:
                yield self._day(began, x, "middle")

    def _day(self, moment: date, x: float, anchor: str) -> Markup:
        strong = "small strong" if moment == self.trend.began else "small"
        return plot.label(day(moment), x, HEIGHT - 6, anchor=anchor, class_=strong)

    def _middle(self, point: TrendPoint) -> float:
        return (self.across(point.start.toordinal()) + self.across(point.end.toordinal())) / 2

    def _runs(self) -> Iterator[list[TrendPoint]]:
        """Yield runs of sub-windows with rows: the line does not cross a gap."""
        run: list[TrendPoint] = []
        for point in self.trend.points:
            if _shown(point):
                run.append(point)
            elif run:
                yield run
                run = []
        if run:
            yield run


def _shown(point: TrendPoint) -> bool:
    return point.value is not None and math.isfinite(point.value)
