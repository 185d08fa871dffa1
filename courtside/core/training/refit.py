"""The fit that serves: the best candidate once more, with the same parameters, on all rows up to the training's end.

Candidates are judged on the newest rows, which they therefore cannot learn from, and these rows say most about those
that come. So after the judgement the best candidate learns from them too. Its own figures on them would be worthless;
what stands in the record, and what the gate judges, are the figures of the fit that was judged.

Nobody has judged the refit itself, so it is refused where it is not plausibly the same model. A model that learned from
rows says no less about them than one that did not, and about as much as that one says about rows that it learned from
itself. By the Brier score on the holdout, which is bounded, so that no single row decides: the refit must not be worse
than the judged fit, and its gain must not exceed the judged fit's own optimism (how much better it does on as many of
the newest rows that it learned from) by more than a tenth of its Brier score, both beyond four standard errors of the
paired difference. What would be refused is a fit that went wrong, and one that found among the newest rows what gives
their labels away.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import BadInput
from courtside.contracts.records import Refit
from courtside.core.dataset import Dataset
from courtside.core.evaluation import squared_errors
from courtside.core.rows import period
from courtside.core.tasks import BINARY
from courtside.core.training.fit import TrainedModel, blaming, probability, single_threaded
from courtside.core.training.frame import feature_frame, labels
from courtside.core.training.preprocessing import Columns, prepared
from courtside.core.training.probability_calibration import carried_over
from courtside.core.training.split import FEWEST_ROWS, Split
from courtside.core.training.stored_types import storable_types

Errors = NDArray[np.float64]
STANDARD_ERRORS = 4.0
TOLERANCE = 0.1
"""The share of the judged fit's Brier score by which the refit's gain may exceed what is expected."""


@dataclass(frozen=True, slots=True)
class Refitted:
    """The model to register, with the figures of the fit that was judged, and what the record says about it.

    `known` are the probabilities of class 1 that this very model says for the holdout, shape (n_holdout,). `doubted`
    says that a fit on all rows was made and refused.
    """

    model: TrainedModel
    record: Refit | None
    known: NDArray[np.float64]
    doubted: bool = False


class RefitRefused(BadInput):
    """A fit on all rows is not registered; `why` stands after "because"."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"the best candidate was not fitted once more on all rows, because {why}")


def why_not_refit(dataset: Dataset) -> str | None:
    """Return why a contract's models are not fitted once more, None where they are; it stands after "because"."""
    if dataset.task != BINARY:
        return f"only models of two classes are, and this task is {dataset.task}"
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
    try:
        estimator = _fitted(model, rows, dataset)
        truth, known = labels(split.holdout, dataset), probability(estimator, feature_frame(split.holdout, dataset))
        learned = split.train.slice(max(0, split.train.num_rows - split.holdout_rows))
        require_plausible(
            refit=squared_errors(truth, known),
            judged=squared_errors(truth, model.test_probability[split.selection_rows :]),
            learned=squared_errors(
                labels(learned, dataset), probability(model.estimator, feature_frame(learned, dataset))
            ),
        )
    except RefitRefused as refused:
        return judged_only(model, split, refused.why, doubted=True)
    except BadInput as error:  # a team's own candidate that failed, or cannot be stored
        return judged_only(model, split, str(error), doubted=True)
    assert dataset.time_column is not None
    since, until = period(rows, dataset.time_column)
    return Refitted(replace(model, estimator=estimator), Refit(rows=rows.num_rows, since=since, until=until), known)


def _fitted(model: TrainedModel, rows: pa.Table, dataset: Dataset) -> Any:
    frame, candidate = feature_frame(rows, dataset), model.candidate
    if len(frame) < FEWEST_ROWS or not frame.notna().any().all():
        raise RefitRefused(f"its history would leave {len(frame)} rows, or a feature without any value")
    with blaming(candidate):
        estimator: Any = single_threaded(prepared(candidate, Columns.of(frame)).fit(frame, labels(rows, dataset)))
    if model.calibration is not None:
        estimator = carried_over(model.estimator, estimator)
    if candidate.package is not None:
        storable_types(estimator, candidate.package)
    return estimator


def require_plausible(*, refit: Errors, judged: Errors, learned: Errors) -> None:
    """Raise `RefitRefused` unless a refit is plausibly the judged model with more rows.

    `refit` and `judged` are the squared errors of both on the holdout, shape (n,), and `learned` those of the judged
    fit on the newest rows that it learned from.
    """
    if not np.isfinite(refit).all() or refit.max() > 1:
        raise RefitRefused("it does not say probabilities")
    gains = judged - refit
    noise = STANDARD_ERRORS * float(gains.std()) / np.sqrt(gains.size)
    gain, brier, both = float(gains.mean()), float(judged.mean()), f"{refit.mean():.4f} against {judged.mean():.4f}"
    if gain < -noise:
        raise RefitRefused(f"its Brier score on the holdout, from which it learned, would be the worse one: {both}")
    if gain > max(0.0, brier - float(learned.mean())) + TOLERANCE * brier + noise:
        raise RefitRefused(
            f"its Brier score on the holdout would be implausibly better, {both}, where the fit that was judged has "
            f"{learned.mean():.4f} on rows that it learned from: something in the newest rows may give their label away"
        )
