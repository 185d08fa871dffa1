"""What was promised of a version: its figures on the newest rows of its training, which the gate judged it by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.gate.holdout import Holdout
from courtside.core.performance.constant import Constant
from courtside.core.performance.estimate import UNDEFINED, Estimate
from courtside.core.performance.losses import LOSSES, PromisedLoss, promised_loss
from courtside.core.performance.metrics import Metric, metrics_of
from courtside.core.predictions.said_columns import truth_in
from courtside.core.recalibration import promised_ranking
from courtside.core.tasks.types import BINARY, REGRESSION

Part = tuple[str, str] | None
"""A segment as its column and value, None for all rows."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The figures of a version on its holdout, by part and metric, and the constant that it must beat.

    `constant` is the baseline of its training part, None where that is not known. Of two classes, `positive` is the
    label whose probability it says, and `negative` the other one (None: any other is); several `classes` are all that
    it knows, in the order of its probabilities (none: not known), and `level` is the probability with which its
    intervals are said to hold (None: it says none). `losses` is what promise tests hold it
    to, by the name of the loss, and `ranking` what its order of rows promised (`promised_ranking`). A version that was
    trained elsewhere promises nothing.
    """

    figures: Mapping[tuple[Part, str], Estimate] = field(default_factory=dict)
    constant: Constant | None = None
    positive: str = "1"
    negative: str | None = None
    losses: Mapping[str, PromisedLoss] = field(default_factory=dict)
    ranking: float = 0.0
    task: str = BINARY
    classes: tuple[str, ...] = ()
    level: float | None = None

    def tells_apart(self, labels: Any) -> Any:
        """Say of which rows the label can be judged; it cannot where none is known.

        One of two classes must be one of the version's two, and a value a number. Of several classes any can: a class
        that the version does not know costs it the most.
        """
        if self.task == REGRESSION:
            return pa.array(np.isfinite(truth_in(labels)))
        if self.task != BINARY or self.negative is None:
            return labels.is_valid()
        return pc.is_in(labels, value_set=pa.array([self.negative, self.positive], pa.string()))

    def strange(self, labels: Any) -> Any:
        """Return those of the labels, none of which is missing, that the version cannot say."""
        if self.classes:
            return labels.filter(pc.invert(pc.is_in(labels, value_set=pa.array(self.classes, pa.string()))))
        return labels.filter(pc.invert(self.tells_apart(labels)))

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
        figures |= {(part, metric.name): _estimate(metric, holdout, rows) for metric in metrics_of(task)}
    return Promise(
        figures,
        Constant.of(holdout.baseline, holdout.classes),
        positive,
        losses=_losses(holdout, task=task),
        ranking=promised_ranking(holdout.labels, holdout.challenger) if task == BINARY else 0.0,
        task=task,
        classes=holdout.classes,
        level=holdout.level,
    )


def _estimate(metric: Metric, holdout: Holdout, rows: slice | np.ndarray) -> Estimate:
    said = holdout.bounds.get("challenger") if metric.of_bounds else holdout.challenger
    return UNDEFINED if said is None else metric.estimate(holdout.labels[rows], said[rows], None)


def _losses(holdout: Holdout, *, task: str) -> dict[str, PromisedLoss]:
    """Return what a holdout promises about each loss."""
    found = {}
    for name, loss in LOSSES[task].items():
        constant = None if holdout.baseline is None else loss(holdout.labels, holdout.baseline)
        promised = promised_loss(loss(holdout.labels, holdout.challenger), constant, unbounded=task == REGRESSION)
        if promised is not None:
            found[name] = promised
    return found
