"""How the predictions of a replay did, and by how much two replays differ on the same rows.

Rows of one season hang together: the same teams, the same form. So the interval of a difference comes from drawing
whole blocks again, not rows (A. C. Davison, D. V. Hinkley, "Bootstrap Methods and their Application", 1997, section
3.8); a bootstrap of rows would be too sure.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.records.backtests import Difference
from courtside.core.evaluation import (
    Labels,
    Probabilities,
    auc,
    basic_interval,
    hits,
    log_losses,
    resample,
    score,
    squared_errors,
)
from courtside.core.evaluation.measure import ratio
from courtside.core.evaluation.multiclass import called
from courtside.core.performance.losses import LOSSES
from courtside.core.tasks import BINARY, MULTICLASS, Prediction, Truth, task_of

FEWEST_BLOCKS = 10
"""With fewer blocks than this the next smaller part of the calendar is taken."""
SEED = 42
_UNITS = {"years": "Y", "months": "M", "days": "D"}


@dataclass(frozen=True, slots=True)
class Scores:
    """Mean losses and accuracy of predictions; `auc` is None where all rows are of one class."""

    rows: int
    log_loss: float
    brier: float
    accuracy: float
    auc: float | None


def scores(labels: Labels, probability: Probabilities) -> Scores:
    """Return the figures of probabilities of class 1 against labels 0/1, each shape (n,); n is at least 1."""
    both = bool((labels == 0).any() and (labels == 1).any())
    return Scores(
        rows=labels.size,
        log_loss=float(log_losses(labels, probability).mean()),
        brier=float(squared_errors(labels, probability).mean()),
        accuracy=float(hits(labels, probability).mean()),
        auc=score(auc, labels, probability) if both else None,
    )


def figures_of(truth: Truth, said: Prediction, task: str) -> dict[str, float | None]:
    """Return the figures of a task's predictions by name, its loss first; None for what the rows do not define."""
    own = task_of(task)
    found = {own.loss: float(own.losses(truth, said).mean())}
    found |= {figure.name: float(figure.value(truth, said)) for figure in own.figures}
    return {name: value if math.isfinite(value) else None for name, value in found.items()}


def blocks_of(days: NDArray[np.datetime64], seasons: Sequence[Any] | None) -> tuple[NDArray[np.intp], str]:
    """Return the number of each row's block, shape (n,), and what the blocks are.

    They are seasons where rows name them, and all rows without one are a block as well, or else the largest part of the
    calendar of which there are at least `FEWEST_BLOCKS`.
    """
    if seasons is not None:
        named, block = np.unique([repr(season) for season in seasons], return_inverse=True)
        if named.size >= FEWEST_BLOCKS:
            return block, "seasons"
    for name, unit in _UNITS.items():
        found, block = np.unique(days.astype(f"datetime64[{unit}]"), return_inverse=True)
        if found.size >= FEWEST_BLOCKS:
            return block, name
    return np.arange(days.size), "rows"


def differences(
    labels: Truth, mine: Prediction, other: Prediction, block: NDArray[np.intp], *, task: str = BINARY
) -> dict[str, Difference]:
    """Return the figures of `mine` less those of `other` by name, with intervals from drawing blocks again."""
    first, second = (_by_row(labels, said, task) for said in (mine, other))
    rows = {name: values - second[name] for name, values in first.items()}
    count = np.bincount(block)
    sums = {name: np.bincount(block, weights=values) for name, values in rows.items()}
    draws = resample({name: ratio(total, count) for name, total in sums.items()}, rows=count.size, seed=SEED)
    found = {name: basic_interval(float(values.mean()), draws[name]) for name, values in rows.items()}
    return {name: Difference(difference=each.value, low=each.low, high=each.high) for name, each in found.items()}


def _by_row(labels: Truth, said: Prediction, task: str) -> dict[str, NDArray[np.float64]]:
    """Return what each row's prediction adds to each figure, shape (n,)."""
    if task == BINARY:
        return {
            "log_loss": log_losses(labels, said),
            "brier": squared_errors(labels, said),
            "accuracy": hits(labels, said).astype(np.float64),
        }
    own = task_of(task)
    found = {name: loss(labels, said) for name, loss in LOSSES[task].items()} | {own.loss: own.losses(labels, said)}
    return found | {"accuracy": (called(said) == labels).astype(np.float64)} if task == MULTICLASS else found
