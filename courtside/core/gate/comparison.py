"""Every figure of the gate: challenger, champion and baseline on the same rows and the same resamples."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.records import Comparison
from courtside.core.evaluation import (
    Interval,
    Weighted,
    basic_interval,
    of_rows,
    resample,
    simultaneous_intervals,
)
from courtside.core.gate.attempts import USUAL_LEVEL, widened
from courtside.core.gate.holdout import Holdout
from courtside.core.gate.new_classes import without_new_classes
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.tasks import TASKS, GateTask, Yardstick
from courtside.core.sentences import enumerated
from courtside.core.tasks import task_of

Rows = NDArray[np.bool_]
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Figures:
    """The comparisons by name, those with the baseline first, and what a person should know about them."""

    comparisons: Mapping[str, Comparison]
    notes: tuple[str, ...]


def compare(
    holdout: Holdout, policy: GatePolicy, *, decisive: str | None = None, level: float = USUAL_LEVEL
) -> Figures:
    """Compare what a holdout holds, whose labels must not be too few or all alike.

    The interval of the `decisive` comparison, which may promote, has the given `level`; those of all others, which may
    only reject, have 95 %, so that repeated attempts make no guardrail laxer.
    """
    task, notes = TASKS[holdout.task], []
    if holdout.baseline is None:
        notes.append(f"the training wrote no baseline: the {task.constant_title} in the holdout stood in for it")
        holdout = replace(holdout, baseline=_own_baseline(holdout))
    if unknown := holdout.labels.size - int(holdout.known.sum()):
        notes.append(f"{unknown:,} rows are of classes that no model knows, which cost each of them the most")
    if holdout.blocks is not None:
        count = int(holdout.blocks.max()) + 1
        notes.append(
            f"the rows lie in {count:,} blocks of rows that depend on each other; the intervals draw whole blocks"
        )
    pairs = {name: _Pair.of(each, holdout, against="baseline") for name, each in task.over_baseline.items()}
    if holdout.champion is not None:
        pairs |= {each.name: _Pair.of(each, holdout) for each in task.yardsticks if _is_there(each, holdout)}
        for prefix, parts, left_out in _parts(task, holdout, policy):
            pairs |= {f"{prefix}{name}": _Pair.of(task.loss, of, rows=rows) for name, (of, rows) in parts.items()}
            notes += left_out
    intervals = _intervals(pairs, task, holdout, policy)
    if level != USUAL_LEVEL and decisive is not None:
        intervals[decisive] = widened(intervals[decisive], level)
    made = {}
    for name, pair in pairs.items():
        limit, passed = _limit_and_verdict(name, pair, intervals[name], task, policy)
        of_level = level if name == decisive else USUAL_LEVEL
        made[name] = _comparison(name, pair, intervals[name], level=of_level, limit=limit, passed=passed)
    return Figures(made, (*notes,))


def _own_baseline(holdout: Holdout) -> NDArray[np.float64]:
    known = holdout.labels[holdout.known]
    return task_of(holdout.task).baseline(known, rows=holdout.labels.size, classes=len(holdout.classes))


def _is_there(yardstick: Yardstick, holdout: Holdout) -> bool:
    return not yardstick.of_bounds or {"challenger", "champion"} <= set(holdout.bounds)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A measure of the challenger and of what it is compared with; `scores` by model."""

    against: str
    scores: Mapping[str, float]
    difference: Weighted

    @classmethod
    def of(
        cls, yardstick: Yardstick, holdout: Holdout, *, against: str = "champion", rows: Rows | None = None
    ) -> "_Pair":
        prepared = _prepared(yardstick, holdout, rows)
        own, rival = prepared["challenger"], prepared[against]

        def difference(weights: NDArray[np.float64]) -> NDArray[np.float64]:
            return own(weights) - rival(weights)

        count = holdout.labels.size if rows is None else int(rows.sum())
        scores = {name: float(each(np.ones((count, 1)))[0]) for name, each in prepared.items()}
        return cls(against, scores, difference if rows is None else of_rows(rows, difference))

    @property
    def value(self) -> float:
        return self.scores["challenger"] - self.scores[self.against]


def _prepared(yardstick: Yardstick, holdout: Holdout, rows: Rows | None) -> dict[str, Weighted]:
    """Return the measure of each model on the rows chosen."""
    chosen = np.ones(holdout.labels.size, dtype=np.bool_) if rows is None else rows
    labels, measure = holdout.labels[chosen], yardstick.measure
    if yardstick.of_bounds:
        return {name: measure(labels, ends[chosen], level=holdout.level) for name, ends in holdout.bounds.items()}
    return {name: measure(labels, said[chosen]) for name, said in holdout.predictions.items()}


def _parts(
    task: GateTask, holdout: Holdout, policy: GatePolicy
) -> Iterator[tuple[str, dict[str, tuple[Holdout, Rows]], list[str]]]:
    """Yield how the names of comparisons of parts begin, which rows of what each has, and which were left out."""
    fewest = policy.fewest_segment_rows
    if holdout.segments is not None:
        kept, few = {}, []
        for name, count in zip(*np.unique(holdout.segments, return_counts=True), strict=True):
            if count < fewest:
                few.append(f"segment {name} was left out: {count} rows, fewer than {fewest}")
            else:
                kept[str(name)] = holdout, holdout.segments == name
        yield task.of_segment, kept, few
    if task.by_class:
        counted = np.bincount(holdout.labels[holdout.known], minlength=len(holdout.classes))
        counts = dict(zip(holdout.classes, counted, strict=True))
        rare = [each for each, count in counts.items() if count < fewest]
        among, new = without_new_classes(holdout)
        classes = {
            each: (holdout if each in new else among, holdout.labels == place)
            for place, each in enumerate(holdout.classes)
            if each not in rare
        }
        yield task.of_class, classes, _of_rare(rare, fewest)


def _of_rare(classes: list[str], fewest: int) -> list[str]:
    if not classes:
        return []
    further = len(classes) - _MOST_NAMED
    named = [*classes[:_MOST_NAMED], *([f"{further} more"] if further > 0 else [])]
    said = f"class {named[0]} was" if len(classes) == 1 else f"classes {enumerated(named)} were"
    return [f"{said} left out as parts: fewer than {fewest} rows"]


def _intervals(pairs: Mapping[str, _Pair], task: GateTask, holdout: Holdout, policy: GatePolicy) -> dict[str, Interval]:
    """Return the intervals of the differences; those of segments hold for all together, as do those of classes."""
    draws = resample(
        {name: pair.difference for name, pair in pairs.items()},
        rows=holdout.labels.size,
        seed=policy.seed,
        resamples=policy.resamples,
        blocks=holdout.blocks,
    )
    found = {name: basic_interval(pair.value, draws[name]) for name, pair in pairs.items()}
    for prefix in (task.of_segment, task.of_class):
        names = [name for name in pairs if name.startswith(prefix)]
        if names:
            values, of_parts = (
                np.array([pairs[name].value for name in names]),
                np.stack([draws[name] for name in names]),
            )
            found |= dict(zip(names, simultaneous_intervals(values, of_parts), strict=True))
    return found


def _comparison(name: str, pair: _Pair, interval: Interval, *, level: float, limit: float, passed: bool) -> Comparison:
    return Comparison(
        name=name,
        **pair.scores,
        difference=interval.value,
        low=interval.low,
        high=interval.high,
        level=level,
        limit=limit,
        passed=passed,
        against="baseline" if pair.against == "baseline" else "champion",
    )


def _limit_and_verdict(
    name: str, pair: _Pair, interval: Interval, task: GateTask, policy: GatePolicy
) -> tuple[float, bool]:
    over_baseline = task.over_baseline.get(name)
    if over_baseline is task.skill:
        floor = task.floor(policy)
        limit = round(floor - pair.scores["baseline"], 12)
        return limit, pair.scores["challenger"] >= floor and interval.low > 0
    if over_baseline is not None:
        return 0.0, interval.value < 0  # the skill, which needs far fewer rows, shows whether it is beyond noise
    if name == task.skill.name:
        margin = task.skill.margin(policy, pair.scores)
        return -margin, interval.low >= -margin
    margins = {each.name: each.margin for each in task.yardsticks}
    limit = margins.get(name, task.segment_margin)(policy, pair.scores)
    return limit, interval.low <= limit
