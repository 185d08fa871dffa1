"""Statements as lines that people read: one for each window, and sentences about what all of them share."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from courtside.contracts.records import LabelsIn
from courtside.contracts.scoring import JudgedWindow
from courtside.core.performance.maturity import days_until
from courtside.core.performance.metrics import Metric
from courtside.core.performance.spark import spark

TREND = 8
"""A spark line shows so many windows, the one of its line last."""
MOST_NAMED = 5

Line = Mapping[str, Any]
"""A row of the archive by its columns, with `first_value`."""


def window_lines(lines: Sequence[Line], metric: Metric) -> list[dict[str, Any]]:
    """Return a row to print for each of a metric's lines, which are in the order of their windows.

    What is the same for all of them has no column.
    """
    shown = [each for each in lines if each["metric"] == metric.name]
    several = {name: len({each[name] for each in shown}) > 1 for name in ("version", "role", "baseline")}
    restated = any(_restated(each, metric) for each in shown)
    shadowed = any(each["difference"] is not None for each in shown)
    trends: dict[tuple[Any, ...], list[float | None]] = {}
    rows = []
    for each in shown:
        trend = trends.setdefault((each["role"], each["segment"]), [])
        trend.append(each["value"])
        row = {
            "from": str(each["window_start"]),
            "segment": each["segment"],
            "role": each["role"] if several["role"] else None,
            "version": each["version"] if several["version"] else None,
            "rows": each["labelled"],
            "labels": f"{percent(each['labelled'], each['predicted'])} in",
            metric.title: each["value"],
            "95 %": interval(each["low"], each["high"], metric),
            "trend": spark(trend[-TREND:]),
            "promise": each["promise"],
        }
        if several["baseline"]:
            row["baseline"] = each["baseline"]
        if shadowed:
            row["champion's lead"], row["95 % of it"] = _lead(each, metric)
        if restated:
            row["first said"] = each["first_value"] if _restated(each, metric) else None
        rows.append(row)
    return [{name: row[name] for name in row if any(other[name] is not None for other in rows)} for row in rows]


def sentences(
    lines: Sequence[Line], metric: Metric, *, curve: Sequence[LabelsIn], waiting: Sequence[JudgedWindow], mature: float
) -> Iterator[str]:
    """Yield what a person should know besides the lines."""
    shown = [each for each in lines if each["metric"] == metric.name]
    for version in dict.fromkeys(each["version"] for each in shown if each["segment"] is None):
        promise = next(each for each in shown if each["version"] == version)
        if promise["promise"] is not None:
            ends = interval(promise["promise_low"], promise["promise_high"], metric)
            between = f" ({ends})" if ends else ""
            yield f"version {version} promised {metric.told(promise['promise'])}{between} on its holdout"
    baselines = {each["baseline"] for each in shown} - {None}
    if len(baselines) == 1:
        yield f"a constant prediction has {metric.told(baselines.pop())}"
    if waiting:
        named = ", ".join(f"{each.window.start} ({each.share_labelled:.0%} in)" for each in waiting[-MOST_NAMED:])
        more = f" and {len(waiting) - MOST_NAMED} before" if len(waiting) > MOST_NAMED else ""
        yield f"windows that wait for their labels: {named}{more}"
    if curve:
        yield _arriving(curve, mature)


def _arriving(curve: Sequence[LabelsIn], mature: float) -> str:
    reached = {share: days_until(curve, share) for share in (0.5, mature)}
    told = [f"{share:.0%} within {_days(days)}" for share, days in reached.items() if days is not None]
    if reached[mature] != curve[-1].days:
        told.append(f"{curve[-1].share:.0%} within {_days(curve[-1].days)}")
    return f"labels come in: {', '.join(told)}"


def _days(count: int) -> str:
    return "the day" if count == 0 else f"{count} day{'s' if count > 1 else ''}"


def percent(part: int, whole: int) -> str:
    """Return a share as whole percents, never 100 % where something is missing.

    >>> percent(999, 1_000), percent(0, 0)
    ('99%', '0%')
    """
    return f"{part * 100 // whole if whole else 0}%"


def interval(low: float | None, high: float | None, metric: Metric | None = None) -> str:
    """Return the ends of an interval of a metric, nothing where it is not known.

    >>> interval(0.6123, 0.66), interval(None, None)
    ('0.612 to 0.660', '')
    """
    if low is None or high is None:
        return ""
    return f"{low:.3f} to {high:.3f}" if metric is None else f"{metric.told(low)} to {metric.told(high)}"


def _lead(line: Line, metric: Metric) -> tuple[str, str]:
    """Return by how much the champion was better on the same rows, and the interval of that."""
    value, low, high = (line[name] for name in ("difference", "difference_low", "difference_high"))
    if not metric.higher_is_better:
        value, low, high = (None if each is None else -each for each in (value, high, low))
    sign = "" if value is None else "-" if value < 0 else "+"
    return "" if value is None else f"{sign}{metric.told(abs(value))}", interval(low, high, metric)


def _restated(line: Line, metric: Metric) -> bool:
    first, value = line["first_value"], line["value"]
    if metric.in_unit and first is not None and value is not None:
        return metric.told(first) != metric.told(value)
    return first is not None and (value is None or abs(first - value) > 5e-4)
