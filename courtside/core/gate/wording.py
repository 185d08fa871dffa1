"""The gate's figures in plain words."""

import math

from courtside.contracts.records import Comparison, GateDecision
from courtside.core.display_text import display_text
from courtside.core.gate.tasks import TASKS

NOTE_LIMIT, PART_LIMIT = 240, 40

NOT_REGISTERED = "not_registered"
"""The rule that keeps the champion where the challenger was logged nowhere."""

_NEXT_STEP = {
    "too_few_rows": "wait for more rows; the next retraining is judged again",
    "too_few_unseen": "wait for rows that come after the champion's training; the next retraining is judged again",
    "too_few_of_a_class": "check the target column of the newest rows: one class hardly occurs in them",
    "constant_target": "check the target column of the newest rows: it holds one value",
    "too_few_blocks": "wait for more of them; the next retraining is judged again",
    "floor": "the features hardly say any more what the target will be: look at the drift report and at the data",
    "baseline": "it knows no more than a constant does: look at the drift report and at the data",
    "log_loss": "its probabilities are further off: look at its calibration plot and at the newest rows",
    "calibration": "its probabilities cannot be taken at their word: look at its calibration plot, or let the "
    "contract's `candidates` name one that calibrates itself",
    "absolute_error": "its predictions are further off: look at its residuals and at the newest rows",
    "coverage": "its intervals hold fewer targets than they say: look at its residuals and at the newest rows",
    "class": "look at the rows of that class, by themselves, before training again",
    "segment": "look at the rows of that segment, by themselves, before training again",
    "not_shown": "nothing; the next retraining, or a longer holdout, may show it",
    "no_better_probabilities": "nothing, its probabilities are as good as they were; or train a new challenger",
    "not_fresher": "nothing; retrain when there are newer rows",
    NOT_REGISTERED: "leave `tracking: false` out of the contract, then `courtside retrain --model {model}`",
}


def next_step(rule: str, *, model: str) -> str:
    """Say what a person may do about a rejection by this rule."""
    return _NEXT_STEP[rule].format(model=model)


_TITLES = {each.name: each.title for task in TASKS.values() for each in task.yardsticks}
_LARGE = 1e4
_IN_UNITS_OF_TARGET = {"mae"}
"""The figures that are as large as the target, so that they have significant digits in place of decimals."""


def described(comparison: Comparison) -> str:
    """Say a comparison in one phrase."""
    measure = comparison.name.removesuffix("_over_baseline").partition("_of_")[0]
    rival = comparison.champion if comparison.against == "champion" else comparison.baseline
    said = (comparison.challenger, rival or 0.0, comparison.low or 0.0, comparison.high or 0.0)
    large = any(abs(value) >= _LARGE for value in said)  # as R² of values that are far off
    digits = ".5g" if large or measure in _IN_UNITS_OF_TARGET else ".4f"
    both = f"{_name(comparison)} {comparison.challenger:{digits}} against {rival:{digits}}"
    if comparison.difference is None or comparison.low is None or comparison.high is None:
        return both
    ends = f"{comparison.low:+{digits}} to {comparison.high:+{digits}}"
    return f"{both}, difference {comparison.difference:+{digits}} ({percent(comparison.level)} interval {ends})"


def brief(value: float) -> str:
    """Write a figure of skill with three decimals, and a very large one with four digits.

    >>> brief(0.66649), brief(-1.1652e24)
    ('0.666', '-1.165e+24')
    """
    return f"{value:.3f}" if abs(value) < _LARGE else f"{value:.4g}"


def percent(level: float) -> str:
    """Write the level of an interval, with as many digits as tell it from 1.

    >>> percent(0.95), percent(0.98333), percent(0.9997619)
    ('95 %', '98.3 %', '99.976 %')
    """
    digits = int(-math.log10(1 - level))
    return f"{f'{100 * level:.{digits}f}'.rstrip('0').rstrip('.')} %"


def figure_lines(decision: GateDecision) -> list[str]:
    """Return one line a comparison, then the notes."""
    lines = []
    for comparison in decision.comparisons:
        mark = "kept" if comparison.passed else "*not kept*"
        lines.append(f"• {described(comparison)} of the {comparison.against}; limit {comparison.limit:+g}: {mark}")
    return [*lines, *(f"• {display_text(note, NOTE_LIMIT)}" for note in decision.notes)]


def _name(comparison: Comparison) -> str:
    measure, _, part = comparison.name.removesuffix("_over_baseline").partition("_of_")
    kind, _, name = part.partition(":")
    return f"{_TITLES[measure]} of {kind} {display_text(name, PART_LIMIT)}" if part else _TITLES[measure]
