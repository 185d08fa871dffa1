"""Every figure of the gate: challenger, champion and majority baseline on the same rows and the same resamples."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.records import Comparison
from courtside.core.evaluation import (
    Interval,
    Measure,
    Probabilities,
    Weighted,
    auc,
    basic_interval,
    calibration_error,
    log_loss,
    majority_baseline,
    of_rows,
    resample,
    score,
    simultaneous_intervals,
)
from courtside.core.gate.attempts import USUAL_LEVEL, widened
from courtside.core.gate.holdout import Holdout
from courtside.core.gate.policy import GatePolicy

BASELINE_AUC = "auc_over_baseline"
BASELINE_LOG_LOSS = "log_loss_over_baseline"
AUC = "auc"
LOG_LOSS = "log_loss"
CALIBRATION = "calibration_error"
SEGMENT = "log_loss_of_segment:"


@dataclass(frozen=True, slots=True)
class Figures:
    """The comparisons by name, those with the baseline first, and what a person should know about them."""

    comparisons: Mapping[str, Comparison]
    notes: tuple[str, ...]


def compare(holdout: Holdout, policy: GatePolicy, *, decisive: str = AUC, level: float = USUAL_LEVEL) -> Figures:
    """Compare what a holdout holds; both classes must occur in it.

    The interval of the `decisive` comparison, which may promote, has the given `level`; those of all others, which may
    only reject, have 95 %, so that repeated attempts make no guardrail laxer.
    """
    notes = []
    if holdout.baseline is None:
        notes.append("the training wrote no baseline: the share of class 1 in the holdout stood in for it")
        holdout = replace(holdout, baseline=majority_baseline(holdout.labels, rows=holdout.labels.size))
    pairs = {
        BASELINE_AUC: _Pair.of(auc, holdout, against="baseline"),
        BASELINE_LOG_LOSS: _Pair.of(log_loss, holdout, against="baseline"),
    }
    if holdout.champion is not None:
        pairs |= {name: _Pair.of(measure, holdout) for name, measure in _AGAINST_CHAMPION.items()}
        kept, left_out = _segments(holdout, policy)
        pairs |= {f"{SEGMENT}{name}": _Pair.of(log_loss, holdout, rows=rows) for name, rows in kept.items()}
        notes += left_out
    intervals = _intervals(pairs, rows=holdout.labels.size, policy=policy)
    levels = {name: level if name == decisive else USUAL_LEVEL for name in pairs}
    if level != USUAL_LEVEL:
        intervals[decisive] = widened(intervals[decisive], level)
    made = {name: _comparison(name, pair, intervals[name], policy, levels[name]) for name, pair in pairs.items()}
    return Figures(made, (*notes,))


_AGAINST_CHAMPION: Mapping[str, Measure] = {AUC: auc, LOG_LOSS: log_loss, CALIBRATION: calibration_error}


@dataclass(frozen=True, slots=True)
class _Pair:
    """A measure of the challenger and of what it is compared with; `scores` by model."""

    against: str
    scores: Mapping[str, float]
    difference: Weighted

    @classmethod
    def of(
        cls, measure: Measure, holdout: Holdout, *, against: str = "champion", rows: NDArray[np.bool_] | None = None
    ) -> "_Pair":
        every = np.ones(holdout.labels.size, dtype=np.bool_)
        chosen = every if rows is None else rows
        labels = holdout.labels[chosen]
        said: dict[str, Probabilities] = {"challenger": holdout.challenger[chosen]}
        for name, values in (("champion", holdout.champion), ("baseline", holdout.baseline)):
            if values is not None:
                said[name] = values[chosen]
        own, rival = measure(labels, said["challenger"]), measure(labels, said[against])

        def difference(weights: NDArray[np.float64]) -> NDArray[np.float64]:
            return own(weights) - rival(weights)

        scores = {name: score(measure, labels, values) for name, values in said.items()}
        return cls(against, scores, difference if rows is None else of_rows(rows, difference))

    @property
    def value(self) -> float:
        return self.scores["challenger"] - self.scores[self.against]


def _segments(holdout: Holdout, policy: GatePolicy) -> tuple[dict[str, NDArray[np.bool_]], list[str]]:
    if holdout.segments is None:
        return {}, []
    kept, left_out = {}, []
    for name, count in zip(*np.unique(holdout.segments, return_counts=True), strict=True):
        if count < policy.fewest_segment_rows:
            left_out.append(f"segment {name} was left out: {count} rows, fewer than {policy.fewest_segment_rows}")
        else:
            kept[str(name)] = holdout.segments == name
    return kept, left_out


def _intervals(pairs: Mapping[str, _Pair], *, rows: int, policy: GatePolicy) -> dict[str, Interval]:
    """Return the intervals of the differences; those of segments hold for all segments together."""
    draws = resample(
        {name: pair.difference for name, pair in pairs.items()},
        rows=rows,
        seed=policy.seed,
        resamples=policy.resamples,
    )
    names = [name for name in pairs if name.startswith(SEGMENT)]
    found = {name: basic_interval(pair.value, draws[name]) for name, pair in pairs.items() if name not in names}
    if names:
        values, of_segments = np.array([pairs[name].value for name in names]), np.stack([draws[name] for name in names])
        together = simultaneous_intervals(values, of_segments)
        found |= dict(zip(names, together, strict=True))
    return found


def _comparison(name: str, pair: _Pair, interval: Interval, policy: GatePolicy, level: float) -> Comparison:
    limit, passed = _limit_and_verdict(name, pair, interval, policy)
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


def _limit_and_verdict(name: str, pair: _Pair, interval: Interval, policy: GatePolicy) -> tuple[float, bool]:
    if name == BASELINE_AUC:
        limit = round(policy.floor_auc - pair.scores["baseline"], 12)
        return limit, pair.scores["challenger"] >= policy.floor_auc and interval.low > 0
    if name == BASELINE_LOG_LOSS:
        return 0.0, interval.value < 0  # the AUC, which needs far fewer rows, shows whether it is beyond noise
    if name == AUC:
        return -policy.margin, interval.low >= -policy.margin
    margins = {LOG_LOSS: policy.log_loss_margin, CALIBRATION: policy.calibration_margin}
    limit = margins.get(name, policy.segment_margin)
    return limit, interval.low <= limit
