"""The fit that serves: the best candidate once more, with the same parameters, on all rows up to the training's end.

Candidates are judged on the newest rows, which they therefore cannot learn from, and these rows say most about those
that come. So after the judgement the best candidate learns from them too. Its own figures on them would be worthless;
what stands in the record, and what the gate judges, are the figures of the fit that was judged.

Nobody has judged the refit itself, so it is refused where it is not plausibly the same model. A model that learned from
rows says no less about them than one that did not, and about as much as that one says about rows that it learned from
itself. By the Brier score on the holdout, which is bounded, or the mean absolute error of values, so that no single row
decides: the refit must not be worse than the judged fit, and its gain must not exceed the judged fit's own optimism
(how much better it does on as many of the newest rows that it learned from) by more than a tenth of its score, both
beyond four standard errors of the paired difference. What would be refused is a fit that went wrong, and one that found
among the newest rows what gives their labels away.

The intervals of a regression stay those of the fit that was judged, whose errors were measured on rows that it did not
learn from; the refit has learned from those rows, so its own errors there would be too small.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import BadInput
from courtside.contracts.records import Refit
from courtside.core.dataset import Dataset
from courtside.core.rows import period
from courtside.core.tasks import BINARY, Prediction, Task, task_of
from courtside.core.training.fit import TrainedModel, blaming, single_threaded
from courtside.core.training.frame import feature_frame, labels
from courtside.core.training.learning import Learner
from courtside.core.training.preprocessing import Columns
from courtside.core.training.probability_calibration import carried_over
from courtside.core.training.split import FEWEST_ROWS, Split
from courtside.core.training.stored_types import storable_types

Errors = NDArray[np.float64]
STANDARD_ERRORS = 4.0
TOLERANCE = 0.1
"""The share of the judged fit's score by which the refit's gain may exceed what is expected."""


@dataclass(frozen=True, slots=True)
class Refitted:
    """The model to register, with the figures of the fit that was judged, and what the record says about it.

    `known` is what this very model predicts of the holdout, as its task has it. `doubted` says that a fit on all rows
    was made and refused.
    """

    model: TrainedModel
    record: Refit | None
    known: Prediction
    doubted: bool = False


class RefitRefused(BadInput):
    """A fit on all rows is not registered; `why` stands after "because"."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"the best candidate was not fitted once more on all rows, because {why}")


def why_not_refit(dataset: Dataset) -> str | None:
    """Return why a contract's models are not fitted once more, None where they are; it stands after "because"."""
    if not dataset.retrain.refit:
        return "the contract says `retrain: {refit: false}`"
    named = {"time_column": dataset.time_column, "id_columns": dataset.id_columns}
    missing = " and no ".join(key for key, columns in named.items() if not columns)
    return (
        f"the contract names no {missing}, by which the rows are known that a version learned from" if missing else None
    )


def judged_only(model: TrainedModel, split: Split, why_not: str | None = None, *, doubted: bool = False) -> Refitted:
    """Return the fit that was judged as the one to register; a recalibration gives no reason."""
    return Refitted(
        model,
        None if why_not is None else Refit(why_not=why_not),
        model.test_probability[split.selection_rows :],
        doubted,
    )


def refitted(model: TrainedModel, split: Split, rows: pa.Table, *, dataset: Dataset) -> Refitted:
    """Fit a judged model once more on `rows`, which end with the holdout of `split`; a calibration is carried over.

    Where that fit is refused, the judged one is returned, with the reason. `rows` are in time order.
    """
    learner = Learner.of(dataset.task, labels(split.train, dataset), labels(split.test, dataset))
    task, seen = learner.task, learner.seen(labels(rows, dataset))

    def said(estimator: Any, part: pa.Table, classes: Any) -> Prediction:
        return learner.said(estimator, feature_frame(part, dataset), seen=classes)

    try:
        estimator = _fitted(model, rows, dataset, learner)
        truth, known = labels(split.holdout, dataset), said(estimator, split.holdout, seen)
        learned = split.train.slice(max(0, split.train.num_rows - split.holdout_rows))
        before = None if model.seen is None else np.array(model.seen)
        require_plausible(
            refit=task.errors(truth, known),
            judged=task.errors(truth, model.test_probability[split.selection_rows :]),
            learned=task.errors(labels(learned, dataset), said(model.estimator, learned, before)),
            task=task,
        )
    except RefitRefused as refused:
        return judged_only(model, split, refused.why, doubted=True)
    except BadInput as error:  # a team's own candidate that failed, or cannot be stored
        return judged_only(model, split, str(error), doubted=True)
    assert dataset.time_column is not None
    since, until = period(rows, dataset.time_column)
    refit = replace(model, estimator=estimator, seen=None if seen is None else tuple(seen.tolist()))
    return Refitted(refit, Refit(rows=rows.num_rows, since=since, until=until), known)


def _fitted(model: TrainedModel, rows: pa.Table, dataset: Dataset, learner: Learner) -> Any:
    frame, candidate = feature_frame(rows, dataset), model.candidate
    if len(frame) < FEWEST_ROWS or not frame.notna().any().all():
        raise RefitRefused(f"its history would leave {len(frame)} rows, or a feature without any value")
    with blaming(candidate):
        estimator: Any = single_threaded(learner.fit(candidate, Columns.of(frame), frame, labels(rows, dataset)))
    if model.calibration is not None:
        seen = learner.seen(labels(rows, dataset))
        if seen is not None and model.seen != tuple(seen.tolist()):
            raise RefitRefused("its calibration was learned for other classes than these rows have")
        estimator = carried_over(model.estimator, estimator)
    if candidate.package is not None:
        storable_types(estimator, candidate.package)
    return estimator


def require_plausible(*, refit: Errors, judged: Errors, learned: Errors, task: Task | None = None) -> None:
    """Raise `RefitRefused` unless a refit is plausibly the judged model with more rows.

    `refit` and `judged` are the `errors` of both on the holdout, as the task (None: of two classes) has them, shape
    (n,), and `learned` those of the judged fit on the newest rows that it learned from.
    """
    task = task or task_of(BINARY)
    if not np.isfinite(refit).all() or refit.max() > task.most_error:
        raise RefitRefused("it does not say probabilities" if task.has_classes else "it does not say finite values")
    gains = judged - refit
    noise = STANDARD_ERRORS * float(gains.std()) / np.sqrt(gains.size)
    gain, score = float(gains.mean()), float(judged.mean())
    written = ".4f" if task.has_classes else ".4g"
    both, title = f"{refit.mean():{written}} against {score:{written}}", task.errors_title
    if gain < -noise:
        raise RefitRefused(f"its {title} on the holdout, from which it learned, would be the worse one: {both}")
    if gain > max(0.0, score - float(learned.mean())) + TOLERANCE * score + noise:
        raise RefitRefused(
            f"its {title} on the holdout would be implausibly better, {both}, where the fit that was judged has "
            f"{learned.mean():{written}} on rows that it learned from: something in the newest rows may give their "
            "label away"
        )
