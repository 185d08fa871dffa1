"""What was promised of a version: its figures on the newest rows of its training, which the gate judged it by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.gate.holdout import Holdout
from courtside.core.performance.estimate import Estimate
from courtside.core.performance.losses import LOSSES, PromisedLoss, promised_loss
from courtside.core.performance.metrics import metrics_of
from courtside.core.recalibration import promised_ranking

Part = tuple[str, str] | None
"""A segment as its column and value, None for all rows."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The figures of a version on its holdout, by part and metric, and the constant that it must beat.

    `base_rate` is the share of class 1 in its training part, None where that is not known; `positive` is the label
    whose probability it says, and `negative` the other one (None: any other is). `losses` is what promise tests hold it
    to, by the name of the loss, and `ranking` what its order of rows promised (`promised_ranking`). A version that was
    trained elsewhere promises nothing.
    """

    figures: Mapping[tuple[Part, str], Estimate] = field(default_factory=dict)
    base_rate: float | None = None
    positive: str = "1"
    negative: str | None = None
    losses: Mapping[str, PromisedLoss] = field(default_factory=dict)
    ranking: float = 0.0

    def tells_apart(self, labels: Any) -> Any:
        """Say of which rows the label is one of the version's two; it is not where none is known."""
        if self.negative is None:
            return labels.is_valid()
        return pc.is_in(labels, value_set=pa.array([self.negative, self.positive], pa.string()))

    def of(self, part: Part, metric: str) -> Estimate | None:
        """Return what was promised of a part's metric, None where nothing was."""
        return self.figures.get((part, metric))


NOTHING = Promise()


def promise_of(holdout: Holdout, *, segment_column: str | None, task: str, positive: str = "1") -> Promise:
    """Return what a holdout says about its challenger: whole, and by the column that it was cut by.

    Its rows count as independent, as for the gate.
    """
    parts: dict[Part, slice | np.ndarray] = {None: slice(None)}
    if holdout.segments is not None and segment_column is not None:
        parts |= {(segment_column, str(name)): holdout.segments == name for name in np.unique(holdout.segments)}
    figures: dict[tuple[Part, str], Estimate] = {}
    for part, rows in parts.items():
        labels, said = holdout.labels[rows], holdout.challenger[rows]
        figures |= {(part, metric.name): metric.estimate(labels, said, None) for metric in metrics_of(task)}
    base = None if holdout.baseline is None or not holdout.baseline.size else float(holdout.baseline[0])
    ranking = promised_ranking(holdout.labels, holdout.challenger)
    return Promise(figures, base, positive, losses=_losses(holdout, task=task), ranking=ranking)


def _losses(holdout: Holdout, *, task: str) -> dict[str, PromisedLoss]:
    """Return what a holdout promises about each loss."""
    found = {}
    for name, loss in LOSSES[task].items():
        constant = None if holdout.baseline is None else loss(holdout.labels, holdout.baseline)
        promised = promised_loss(loss(holdout.labels, holdout.challenger), constant)
        if promised is not None:
            found[name] = promised
    return found
