"""Promise tests in words: one sentence for each opponent."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from courtside.contracts.scoring import Opponent
from courtside.core.performance.metrics import Metric
from courtside.core.sequential import Outcome

Test = Mapping[str, Any]
"""A row of the archive of promise tests by its columns."""


def sentences_of_tests(tests: Iterable[Test], metric: Metric) -> Iterator[str]:
    """Yield what each test of a champion says; `metric` is the loss that they are about."""
    for test in tests:
        figures = f"its {metric.title} is {_difference(test)}, after {_days(test['days'])}"
        yield f"{_said(test)}: {figures}"


def _said(test: Test) -> str:
    than, champion = _than(test), f"version {test['version']}"
    match Outcome(test["outcome"]):
        case Outcome.WORSE:
            return f"{champion} has been worse than {than} since {test['since']}"
        case Outcome.EQUIVALENT:
            return f"{champion} is not worse than {than}, but for a margin of {test['margin']:.3f}"
        case Outcome.NOT_KNOWN:
            return f"it is not known yet whether {champion} is worse than {than}"


def _than(test: Test) -> str:
    other = f"version {test['opponent_version']}"
    match Opponent(test["opponent"]):
        case Opponent.PROMISE:
            return "it promised"
        case Opponent.BEST_PROMISE:
            return f"the best promise so far, which {other} made"
        case Opponent.BASELINE:
            return "a constant prediction"
        case Opponent.RECALIBRATED:
            return "itself, recalibrated day by day"
        case role:
            return f"{other} ({role.value})"


def _difference(test: Test) -> str:
    """Return a difference with its interval, in words that need no signs.

    >>> _difference({"difference": 0.021, "low": 0.004, "high": 0.038})
    '0.021 higher (0.004 to 0.038)'
    >>> _difference({"difference": -0.002, "low": -0.008, "high": 0.004})
    '0.002 lower (0.008 lower to 0.004 higher)'
    """
    value, low, high = (test[name] for name in ("difference", "low", "high"))
    if low is None or high is None:
        return _signed(value)
    if low >= 0 or high <= 0:
        near, far = sorted((abs(low), abs(high)))
        return f"{_signed(value)} ({near:.3f} to {far:.3f})"
    return f"{_signed(value)} ({_signed(low)} to {_signed(high)})"


def _signed(value: float) -> str:
    return f"{abs(value):.3f} {'higher' if value > 0 else 'lower'}"


def _days(count: int) -> str:
    return f"{count} day{'s' if count != 1 else ''}"
