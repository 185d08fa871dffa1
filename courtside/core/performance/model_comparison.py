"""Two models of the same target, compared on the rows that both predicted."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.performance.estimate import Blocks, Estimate
from courtside.core.performance.losses import LOSSES, enough_rows
from courtside.core.performance.metrics import metrics_of
from courtside.core.predictions.said_columns import PREDICTION, PROBABILITIES, predictions_in, truth_in
from courtside.core.sequential import DaySums, Interval, TwoSided, two_sided
from courtside.core.tasks.types import BINARY, MULTICLASS, REGRESSION, Losses, Prediction, Truth

_ROW: list[tuple[str, pa.DataType]] = [("id", pa.string()), ("day", pa.date32())]
_SAID: dict[str, list[tuple[str, pa.DataType]]] = {
    BINARY: [(PREDICTION, pa.float64()), ("label", pa.int8())],
    MULTICLASS: [(PROBABILITIES, pa.map_(pa.string(), pa.float64())), ("label", pa.string())],
    REGRESSION: [(PREDICTION, pa.float64()), ("label", pa.float64())],
}


def said_schema(task: str) -> pa.Schema:
    """Return the columns of what a model said of rows, each row once.

    The label is 0 or 1, the class or the value, null where it is not known.
    """
    return pa.schema([*_ROW, *_SAID[task]])


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
    mine: pa.Table,
    theirs: pa.Table,
    *,
    model: str,
    other: str,
    margin: float,
    task: str = BINARY,
    most: float | None = None,
) -> ModelComparison:
    """Compare what two models said, each in the columns of `said_schema`; `margin` is a share of the first one's loss.

    No row's loss counts as more than `most` (None: as it is), so that one outlier does not decide.
    """
    rows, others_rows = _shared(mine, theirs)
    label, their_label = rows.column("label"), others_rows.column("label")
    labelled: Any = pc.and_(label.is_valid(), their_label.is_valid())
    same: Any = pc.fill_null(pc.equal(label, their_label), pa.scalar(value=False))
    both, others_both = rows.filter(same), others_rows.filter(same)
    days, place = np.unique(both.column("day").to_numpy().astype("datetime64[D]"), return_inverse=True)
    labels, said, others = _coded(both, others_both, task)
    name, losses = _losses(labels, said, task, most)
    _, their_losses = _losses(labels, others, task, most)
    scale, told = float(losses.mean()) if losses.size else 0.0, int(np.count_nonzero(labelled))
    known = _known(losses - their_losses, days, place, fewest_rows=enough_rows(name, scale))
    interval = known.interval
    return ModelComparison(
        model=model,
        other=other,
        verdict=_verdict(interval, margin * scale),
        rows=both.num_rows,
        days=days.size,
        first=days[0].item() if days.size else None,
        last=days[-1].item() if days.size else None,
        unlabelled=rows.num_rows - told,
        only_model=mine.num_rows - rows.num_rows,
        only_other=theirs.num_rows - rows.num_rows,
        labels_differ=told - both.num_rows,
        loss=name,
        difference=interval.difference,
        low=interval.low,
        high=interval.high,
        margin=margin * scale,
        since=known.since,
        figures=_figures(labels, said, others, place, task=task),
    )


def _shared(mine: pa.Table, theirs: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return what each said of the rows that both speak of, in the order of their ids."""
    mine = mine.take(pc.sort_indices(mine, sort_keys=[("id", "ascending")]))
    place: Any = pc.index_in(mine.column("id"), value_set=theirs.column("id").combine_chunks())
    return mine.filter(place.is_valid()), theirs.take(place.drop_null())


def _coded(mine: pa.Table, theirs: pa.Table, task: str) -> tuple[Truth, Prediction, Prediction]:
    """Return the labels of the same rows and what both said of them, over all classes that either knows."""
    if task != MULTICLASS:
        labels = mine.column("label").to_numpy()
        return labels, predictions_in(mine), predictions_in(theirs)
    maps: list[Any] = [each.column(PROBABILITIES).combine_chunks() for each in (mine, theirs)]
    classes = sorted({name for each in maps for name in pc.unique(each.keys).to_pylist()})
    return truth_in(mine.column("label"), classes), predictions_in(mine, classes), predictions_in(theirs, classes)


def _losses(labels: Truth, said: Prediction, task: str, most: float | None) -> tuple[str, Losses]:
    name, loss = next(iter(LOSSES[task].items()))
    losses = loss(labels, said)
    return name, losses if most is None else np.minimum(losses, most)


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


def _figures(labels: Truth, said: Prediction, others: Prediction, blocks: Blocks, *, task: str) -> tuple[Figure, ...]:
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
