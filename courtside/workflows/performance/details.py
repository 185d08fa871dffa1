"""How predictions met their labels in detail: confusion, reliability and residuals of each version over many days."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.curves import ClassCurves, ReliabilityBin, ValueCurves
from courtside.core.dataset import Dataset
from courtside.core.evaluation import Labels, Probabilities
from courtside.core.model_card.confusion_matrix import confusion
from courtside.core.model_card.multiclass import class_curves
from courtside.core.model_card.regression import Intervals, value_curves
from courtside.core.model_card.reliability import reliability
from courtside.core.performance.judge import classes_in, counting, labels_of, lines_of, truth_of, where
from courtside.core.performance.promise import Promise
from courtside.core.predictions.said_columns import bounds_in, predictions_in
from courtside.core.tasks import BINARY, MULTICLASS, REGRESSION, Prediction, Truth
from courtside.workflows.believed import Beliefs
from courtside.workflows.performance.promises import Promises
from courtside.workflows.performance.told import Asked
from courtside.workflows.ports import Lake


@dataclass(frozen=True, slots=True)
class Details:
    """How the labelled predictions of a version in a role did, where it predicts one of two classes.

    `confusion` is (true negatives, false positives, false negatives, true positives) at probability 0.5; `reliability`
    are the tenths of probability that have rows.
    """

    role: str
    version: str
    confusion: tuple[int, int, int, int]
    reliability: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, slots=True)
class DetailsOfTask:
    """The same of a version that predicts one of several classes, or values: what plots of its card would draw."""

    role: str
    version: str
    curves: ClassCurves | ValueCurves


@dataclass(frozen=True, slots=True)
class _Said:
    """What a version said of labelled rows: `bounds` has the ends of intervals, shape (n, 2), where it says values."""

    labels: Truth
    said: Prediction
    days: NDArray[np.datetime64]
    bounds: Prediction | None = None
    classes: tuple[str, ...] = ()


def details(asked: Asked, *, lake: Lake, dataset: Dataset) -> list[Details | DetailsOfTask]:
    """Return the details of each version that is asked for, over all days that are, whatever windows they lie in.

    Nine bytes a row are kept of two classes, forty of values, and eight for each of several classes. Raises
    `LogDamaged`.
    """
    promises = Promises(dataset, lake)
    found: dict[tuple[str, str], list[_Said]] = {}
    for part in Beliefs(lake, dataset, asked.as_of).parts(asked.days):
        labelled = counting(part.filter(part.column("label").is_valid()))
        for line in lines_of(labelled):
            if asked.wants(role=line[0], version=line[1]):
                found.setdefault(line, []).append(_said(line, labelled, promises.of([line[1]])[line[1]]))
    told = [_details(line, found[line], promises.of([line[1]])[line[1]]) for line in sorted(found)]
    return [each for each in told if each is not None]


def said_by(line: tuple[str, str], labelled: pa.Table, promise: Promise) -> tuple[Labels, Probabilities]:
    """Return the labels and the predictions of a version in a role, whose `promise` tells the labels apart."""
    mine = _judged(line, labelled, promise)
    return labels_of(mine, positive=promise.positive), mine.column("prediction").to_numpy()


def _judged(line: tuple[str, str], labelled: pa.Table, promise: Promise) -> pa.Table:
    role, version = line
    mine = where(labelled, role=role, version=version)
    return mine.filter(promise.tells_apart(mine.column("label")))


def _said(line: tuple[str, str], labelled: pa.Table, promise: Promise) -> _Said:
    mine = _judged(line, labelled, promise)
    classes = classes_in(mine, promise.task)
    days = mine.column("day").to_numpy() if promise.task == REGRESSION else np.zeros(0)
    return _Said(
        labels=truth_of(mine, promise, classes),
        said=predictions_in(mine, classes),
        days=days.astype("datetime64[D]"),
        bounds=bounds_in(mine) if promise.task == REGRESSION else None,
        classes=classes or (),
    )


def _details(line: tuple[str, str], parts: list[_Said], promise: Promise) -> Details | DetailsOfTask | None:
    """Return the details of a version by what it said in all parts, None where no row can be judged."""
    parts = [part for part in parts if part.labels.size] or parts[:1]
    labels, said = (np.concatenate([getattr(part, name) for part in parts]) for name in ("labels", "said"))
    if promise.task == BINARY:
        return Details(*line, confusion(labels, said), reliability(labels, said))
    if not labels.size:
        return None
    if promise.task == MULTICLASS:  # all rows of a version have the same classes
        return DetailsOfTask(*line, class_curves(labels.astype(np.int64), said, parts[0].classes))
    days = np.concatenate([part.days for part in parts])
    ends = np.concatenate([part.bounds for part in parts if part.bounds is not None])
    intervals = None if promise.level is None else Intervals(promise.level, ends[:, 0], ends[:, 1])
    return DetailsOfTask(*line, value_curves(labels, said, days=days, intervals=intervals))
