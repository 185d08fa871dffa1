"""Two models of the same target, compared on the rows that both predicted."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.evaluation import Labels, Probabilities
from courtside.core.performance.estimate import Blocks, Estimate
from courtside.core.performance.losses import LOSSES, enough_rows
from courtside.core.performance.metrics import metrics_of
from courtside.core.sequential import DaySums, Interval, TwoSided, two_sided
from courtside.core.tasks.types import Losses

_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("id", pa.string()),
    ("day", pa.date32()),
    ("prediction", pa.float64()),
    ("label", pa.int8()),
]
SAID = pa.schema(_COLUMNS)
"""What a model said of rows: a row once, with its label as 0 or 1, null where it is not known."""


class Verdict(StrEnum):
    """What is known of a model beside another one."""

    BETTER = "better"
    WORSE = "worse"
    EQUIVALENT = "equivalent"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric of both models on the same rows, and the first one's less the second one's with its 95 % interval.

    That interval is of one look: it counts the rows of a day as one block.
    """

    metric: str
    title: str
    model: float | None
    other: float | None
    difference: Estimate


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """What predictions say of `model` beside `other`.

    `rows` are those that both predicted and whose label is known, on `days` days from `first` to `last`; `unlabelled`
    ones wait for their label, `only_model` and `only_other` count those that one of them predicted alone, and
    `labels_differ` those of which both models were told something else. `difference` is the mean `loss` of `model` less
    that of `other`; the interval from `low` to `high` holds at every look, and has no ends while there are too few
    days. A difference within `margin` is none; `since` is the first day on which the sign was sure.
    """

    model: str
    other: str
    verdict: Verdict
    rows: int
    days: int
    first: date | None
    last: date | None
    unlabelled: int
    only_model: int
    only_other: int
    labels_differ: int
    loss: str
    difference: float | None
    low: float | None
    high: float | None
    margin: float
    since: date | None
    figures: tuple[Figure, ...]


def compare_models(
    mine: pa.Table, theirs: pa.Table, *, model: str, other: str, margin: float, task: str = "binary"
) -> ModelComparison:
    """Compare what two models said, each in `SAID`; `margin` is a share of the first one's mean loss."""
    shared = mine.join(theirs, "id", right_suffix="_other", join_type="inner", use_threads=False).sort_by("id")
    labelled: Any = pc.and_(shared.column("label").is_valid(), shared.column("label_other").is_valid())
    told = int(np.count_nonzero(labelled))
    same: Any = pc.equal(shared.column("label"), shared.column("label_other"))
    both = shared.filter(pc.fill_null(same, pa.scalar(value=False)))
    days, place = np.unique(both.column("day").to_numpy().astype("datetime64[D]"), return_inverse=True)
    labels = both.column("label").to_numpy().astype(np.int8)
    said, others = (both.column(name).to_numpy() for name in ("prediction", "prediction_other"))
    name, loss = next(iter(LOSSES[task].items()))
    losses = loss(labels, said)
    scale = float(losses.mean()) if losses.size else 0.0
    known = _known(losses - loss(labels, others), days, place, fewest_rows=enough_rows(name, scale))
    interval = known.interval
    return ModelComparison(
        model=model,
        other=other,
        verdict=_verdict(interval, margin * scale),
        rows=both.num_rows,
        days=days.size,
        first=days[0].item() if days.size else None,
        last=days[-1].item() if days.size else None,
        unlabelled=shared.num_rows - told,
        only_model=mine.num_rows - shared.num_rows,
        only_other=theirs.num_rows - shared.num_rows,
        labels_differ=told - both.num_rows,
        loss=name,
        difference=interval.difference,
        low=interval.low,
        high=interval.high,
        margin=margin * scale,
        since=known.since,
        figures=_figures(labels, said, others, place, task=task),
    )


def _known(differences: Losses, days: Any, place: Any, *, fewest_rows: float) -> TwoSided:
    rows = np.bincount(place, minlength=days.size)
    totals = np.bincount(place, weights=differences, minlength=days.size)
    sums = [DaySums(*each) for each in zip(days.tolist(), rows.tolist(), totals.tolist(), strict=True)]
    return two_sided(sums, fewest_rows=fewest_rows)


def _verdict(interval: Interval, margin: float) -> Verdict:
    """Return what an interval means; a difference is told even where it is small, if its sign is sure."""
    if interval.low is None or interval.high is None:
        return Verdict.NOT_KNOWN
    if interval.high < 0:
        return Verdict.BETTER
    if interval.low > 0:
        return Verdict.WORSE
    return Verdict.EQUIVALENT if max(-interval.low, interval.high) < margin else Verdict.NOT_KNOWN


def _figures(
    labels: Labels, said: Probabilities, others: Probabilities, blocks: Blocks, *, task: str
) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            metric=metric.name,
            title=metric.title,
            model=metric.value(labels, said),
            other=metric.value(labels, others),
            difference=metric.difference(labels, said, others, blocks),
        )
        for metric in metrics_of(task)
        if not metric.of_bounds
    )
