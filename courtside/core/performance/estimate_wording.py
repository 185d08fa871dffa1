"""Estimates as lines that people read, and what they should know before they believe one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from courtside.core.estimation import REGISTRY, Reason
from courtside.core.performance.estimate_errors import Errors, PastErrors
from courtside.core.performance.metrics import Metric
from courtside.core.sentences import plural

Line = Mapping[str, Any]
"""A row of the archive by its columns."""
CONSTANT = "the holdout said"


def estimate_rows(lines: Sequence[Line], metric: Metric, past: PastErrors | None) -> list[dict[str, Any]]:
    """Return a row to print for each window's estimate of a metric; the constant leads where it has been closer."""
    shown = [each for each in lines if each["metric"] == metric.name and each["refused"] != Reason.NO_HOLDOUT]
    several = len({each["version"] for each in shown}) > 1
    figures = ["value", "constant"]
    if past is not None and past.worse_than_constant:
        figures.reverse()
    rows = []
    for each in shown:
        said = {"value": f"{metric.title} by {_title(each)}", "constant": CONSTANT}
        row = {"from": str(each["window_start"])} | ({"version": each["version"]} if several else {})
        row |= {"rows": each["rows"]} | {said[name]: each[name] for name in figures}
        if any(other["why"] for other in shown):
            row["no estimate because"] = each["why"]
        rows.append(row)
    return rows


def estimate_sentences(lines: Sequence[Line], metric: Metric, past: PastErrors | None) -> Iterator[str]:
    """Yield how far off the method was, what it assumes, and which versions have no estimates."""
    shown = [each for each in lines if each["metric"] == metric.name]
    without = {each["version"]: each["why"] for each in shown if each["refused"] == Reason.NO_HOLDOUT}
    estimated = [each for each in shown if each["version"] not in without]
    if estimated:
        yield _reliability(_title(estimated[-1]), metric, past)
        yield REGISTRY[estimated[-1]["method"]].assumption.removesuffix(".")
    for version, why in without.items():
        yield f"version {version} is not estimated before its labels are in: {why}"


def _reliability(method: str, metric: Metric, past: PastErrors | None) -> str:
    if past is None:
        return (
            f"no window whose {metric.title} {method} estimated has its labels yet, so nobody knows how far off it is"
        )
    over = f"over {past.windows} past {plural('window', range(past.windows))}"
    ours, constant = _off(past.estimate, metric), _off(past.constant, metric)
    if past.worse_than_constant:
        return (
            f"{method} has been worse than the constant, so expect what the holdout said: {over} the constant was off "
            f"by {constant}, and {method} by {ours}"
        )
    return f"{over} {method} was off by {ours}, and the constant, what the holdout said, by {constant}"


def _off(errors: Errors, metric: Metric) -> str:
    """Return how far off something was on average, and to which side, if to any."""
    bias = metric.told(abs(errors.bias))
    side = f" ({bias} too {'high' if errors.bias > 0 else 'low'})" if bias != metric.told(0.0) else ""
    return f"{metric.told(errors.error)} on average{side}"


def _title(line: Line) -> str:
    return REGISTRY[line["method"]].title
