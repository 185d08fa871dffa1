"""Promise tests in words: one sentence for each opponent."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from courtside.contracts.scoring import Opponent
from courtside.core.pages.wording import number
from courtside.core.performance.metrics import Metric
from courtside.core.recalibration import Calibration, Ranking
from courtside.core.sequential import Outcome

Test = Mapping[str, Any]
"""A row of the archive of promise tests by its columns."""
LARGE = 100.0
FEWEST_DIGITS = 3
"""Figures have so many digits after the point at least."""


def sentences_of_tests(tests: Iterable[Test], metric: Metric, *, model: str) -> Iterator[str]:
    """Yield what each test of a champion of `model` says; `metric` is the loss that they are about."""
    for test in tests:
        is_known = test["low"] is not None or test["calibration"] == Calibration.BROKEN
        days = _days(test["days"]) + ("" if is_known else ", which is too little to tell")
        if test["calibration"] is None:
            yield f"{_said(test)}: its {loss_in_words(metric)} is {difference_in_words(test)} over {days}"
        else:
            would = f"recalibrated day by day, its {metric.title} would have been {_gain(test)}"
            yield f"{_calibration(test, model)}: {would} over {days}"


def loss_in_words(metric: Metric) -> str:
    """Name a loss; one that has no bound of its own says that a single row counts up to a limit alone."""
    return f"{metric.title}, each row up to a limit," if metric.in_unit else metric.title


def _said(test: Test) -> str:
    than, champion = _than(test), f"version {test['version']}"
    match Outcome(test["outcome"]):
        case Outcome.WORSE:
            return f"{champion} has been worse than {than} since {test['since']}"
        case Outcome.EQUIVALENT:
            return f"{champion} is not worse than {than}, within a margin of {_margin(test['margin'])}"
        case Outcome.NOT_KNOWN:
            return f"it is not known yet whether {champion} is worse than {than}"


def _calibration(test: Test, model: str) -> str:
    """Say whether the probabilities broke, and the order of the rows with them, and which command mends it."""
    of = f"of version {test['version']}"
    match Calibration(test["calibration"]), Ranking(test["ranking"]):
        case Calibration.HELD, _:
            return f"the probabilities {of} have held"
        case Calibration.NOT_KNOWN, _:
            return f"it is not known yet whether the probabilities {of} have held"
        case Calibration.BROKEN, Ranking.HELD:
            cure = f"but its ranking has held, so recalibrate it with `courtside retrain --recalibrate --model {model}`"
        case Calibration.BROKEN, Ranking.BROKE:
            cure = f"and its ranking broke too, so train again with `courtside retrain --model {model}`"
        case _:
            cure = "and it is not known yet whether its ranking has held"
    return f"the probabilities {of} have been off since {test['since']}, {cure}"


def _gain(test: Test) -> str:
    return difference_in_words(dict(test) | {"difference": -test["difference"], **_turned(test["low"], test["high"])})


def _turned(low: float | None, high: float | None) -> dict[str, float | None]:
    return {"low": None if high is None else -high, "high": None if low is None else -low}


def _than(test: Test) -> str:
    other = f"version {test['opponent_version']}"
    match Opponent(test["opponent"]):
        case Opponent.PROMISE:
            return "it promised"
        case Opponent.BEST_PROMISE:
            own = test["opponent_version"] == test["version"]
            return f"the best promise so far ({'its own' if own else f'that of {other}'})"
        case Opponent.BASELINE:
            return "a constant prediction"
        case role:
            return f"{other} ({role.value})"


def difference_in_words(test: Test) -> str:
    """Return a difference with its interval, in words that need no signs.

    >>> difference_in_words({"difference": 0.021, "low": 0.004, "high": 0.038, "margin": 0.006})
    '0.021 higher (0.004 to 0.038)'
    >>> difference_in_words({"difference": -0.002, "low": -0.008, "high": 0.004, "margin": 0.006})
    '0.002 lower (0.008 lower to 0.004 higher)'
    """
    value, low, high = (test[name] for name in ("difference", "low", "high"))
    if low is None or high is None or low == high:
        return _signed(value, test)
    if low >= 0 or high <= 0:
        near, far = sorted((abs(low), abs(high)))
        return f"{_signed(value, test)} ({_rounded(near, test)} to {_rounded(far, test)})"
    return f"{_signed(value, test)} ({_signed(low, test)} to {_signed(high, test)})"


def _signed(value: float, test: Test) -> str:
    return f"{_rounded(abs(value), test)} {'higher' if value > 0 else 'lower'}" if value else "the same"


def _rounded(value: float, test: Test) -> str:
    """Return a figure with as many digits as its margin takes, because the losses of a rare class are small.

    A difference is not said more exactly than by two digits that count.
    """
    largest = max(abs(test[name] or 0.0) for name in ("difference", "low", "high"))
    if largest >= LARGE:  # no loss of probabilities is
        return number(value)
    digits = min(_digits(test["margin"], 1), _digits(largest, 2))
    return f"{value:.{max(digits, FEWEST_DIGITS)}f}"


def _margin(value: float) -> str:
    return number(value) if value >= LARGE else f"{value:.{max(_digits(value, 1), FEWEST_DIGITS)}f}"


def _digits(value: float, count: int) -> int:
    """Return how many digits after the point show the first `count` that count, none for 0."""
    return count - 1 + math.ceil(-math.log10(value)) if value > 0 else 0


def _days(count: int) -> str:
    return f"{count} day{'s' if count != 1 else ''}"
