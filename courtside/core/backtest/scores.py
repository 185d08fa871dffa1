"""How the predictions of a replay did, and by how much two replays differ on the same rows.

Rows of one season hang together: the same teams, the same form. So the interval of a difference comes from drawing
whole blocks again, not rows (A. C. Davison, D. V. Hinkley, "Bootstrap Methods and their Application", 1997, section
3.8); a bootstrap of rows would be too sure.
"""

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
    labels: Labels, mine: Probabilities, other: Probabilities, block: NDArray[np.intp]
) -> dict[str, Difference]:
    """Return the figures of `mine` less those of `other` by name, with intervals from drawing blocks again."""
    rows = {
        "log_loss": log_losses(labels, mine) - log_losses(labels, other),
        "brier": squared_errors(labels, mine) - squared_errors(labels, other),
        "accuracy": hits(labels, mine).astype(np.float64) - hits(labels, other),
    }
    count = np.bincount(block)
    sums = {name: np.bincount(block, weights=values) for name, values in rows.items()}
    draws = resample({name: ratio(total, count) for name, total in sums.items()}, rows=count.size, seed=SEED)
    found = {name: basic_interval(float(values.mean()), draws[name]) for name, values in rows.items()}
    return {name: Difference(difference=each.value, low=each.low, high=each.high) for name, each in found.items()}
