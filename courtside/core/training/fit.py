"""Fit and judge every candidate on one split."""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.records import Calibration
from courtside.core.dataset import Dataset
from courtside.core.intervals import ConformalIntervals, conformal_intervals
from courtside.core.tasks import BINARY, Prediction, Task, Truth, task_of
from courtside.core.training.calibratable import require_calibratable
from courtside.core.training.candidates import ALL, Candidate, Flavor, Predictor
from courtside.core.training.frame import feature_frame, labels
from courtside.core.training.interval_figures import with_interval_figures
from courtside.core.training.learning import Learner
from courtside.core.training.metrics import Metrics, evaluate
from courtside.core.training.preprocessing import Columns
from courtside.core.training.probability_calibration import calibrated
from courtside.core.training.split import Split
from courtside.core.training.stored_types import storable_types
from courtside.core.training.time_folds import RollingOrigin, TimeOrdered, rolling_origin, search

__all__ = ["FitOptions", "TrainedModel", "best", "feature_frame", "fit_candidates", "labels", "probability"]


@dataclass(frozen=True, slots=True)
class FitOptions:
    """What may be asked for beyond the published parameters.

    `search` is how many draws from each search space compete with them; `rolling_origin` is the number of expanding
    windows on which every candidate is evaluated as well (0: none); `calibration` is how the best one's
    probabilities are calibrated.
    """

    search: int = 0
    rolling_origin: int = 0
    calibration: Calibration | None = None
    seed: int = 42


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A fitted candidate, its metrics and its predictions for the test part, n_test rows, as its task has them.

    `candidate` has the parameters that it was fitted with; `selection` is what its task selects by, on the selection
    part before any calibration. Of several classes, the estimator knows those with the codes `seen`. `intervals` are
    those around predicted values, calibrated on the selection part, where the task has some.
    """

    candidate: Candidate
    estimator: Predictor
    metrics: Metrics
    test_probability: Prediction
    selection: float
    rolling_origin: RollingOrigin | None = None
    calibration: Calibration | None = None
    task: Task = field(default_factory=lambda: task_of(BINARY))
    seen: tuple[int, ...] | None = None
    intervals: ConformalIntervals | None = None

    @property
    def selection_auc(self) -> float | None:
        """Its AUC on the selection part, None where its task is selected by something else."""
        return self.selection if self.task.primary == "auc" else None

    @property
    def name(self) -> str:
        """The candidate's name."""
        return self.candidate.name

    @property
    def flavor(self) -> Flavor:
        """The library whose format stores the estimator: scikit-learn for everything that it wraps."""
        wrapped = type(self.estimator).__module__.startswith("sklearn.")
        return Flavor.SKLEARN if wrapped else self.candidate.flavor


@dataclass(frozen=True, slots=True)
class _Parts:
    """The split as frames and labels."""

    split: Split
    train: TimeOrdered
    test: TimeOrdered
    columns: Columns

    @classmethod
    def of(cls, split: Split, dataset: Dataset) -> Self:
        tables = (split.train, split.test)
        truths = (labels(table, dataset) for table in tables)
        learner = Learner.of(dataset.task, *truths, primary=dataset.primary_metric)
        train, test = (
            TimeOrdered(feature_frame(table, dataset), labels(table, dataset), dataset.target, learner)
            for table in tables
        )
        return cls(split, train, test, Columns.of(train.rows))

    @property
    def learner(self) -> Learner:
        return self.train.learner

    def said(self, estimator: Predictor, part: TimeOrdered) -> Prediction:
        """Return what an estimator predicts that learned from the training part."""
        return self.learner.said(estimator, part.rows, seen=self.learner.seen(self.train.labels))

    @property
    def selection(self) -> TimeOrdered:
        rows = self.split.selection_rows
        return replace(self.test, rows=self.test.rows.iloc[:rows], labels=self.test.labels[:rows])

    @property
    def before_holdout(self) -> TimeOrdered:
        selection = self.selection
        return replace(
            self.train,
            rows=pd.concat([self.train.rows, selection.rows], ignore_index=True),
            labels=np.concatenate([self.train.labels, selection.labels]),
        )


class CandidateFailed(BadInput):
    """A team's own candidate could not be fitted, or could not predict."""

    def __init__(self, candidate: Candidate, error: Exception) -> None:
        self.candidate = candidate.name
        self.package = candidate.package
        super().__init__(
            f"the candidate {candidate.name} of {candidate.package} failed ({type(error).__name__}: {error}); correct "
            "it, or leave it out of the contract's candidates"
        )


def fit_candidates(
    split: Split,
    *,
    dataset: Dataset,
    candidates: Sequence[Candidate] = ALL,
    options: FitOptions | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[TrainedModel]:
    """Fit every candidate on the training part and score it on all parts; `progress` is told each name as it starts.

    Models come in the order of `candidates`. Raises `OneClassOnly` when a time fold has only one class,
    `FeatureUnusable`, `NothingToCalibrate`, `ClassesNotCalibrated`, and `CandidateFailed` or `ModelUnstorable` for a
    team's own candidate.
    """
    options = options or FitOptions()
    parts = _Parts.of(split, dataset)
    if options.calibration is not None:
        require_calibratable(parts.train.target, parts.learner, parts.train.labels, parts.selection.labels)

    def fit(candidate: Candidate) -> TrainedModel:
        progress(candidate.name)
        with blaming(candidate):
            model = _fit(candidate, parts, options)
        if candidate.package is not None:
            storable_types(model.estimator, candidate.package)  # before others are fitted for nothing
        return model

    models = _in_parallel(candidates, fit)
    if options.calibration is not None:
        chosen = best(models)
        models = [_calibrate(model, parts, options.calibration) if model is chosen else model for model in models]
    return models


@contextmanager
def blaming(candidate: Candidate) -> Iterator[None]:
    """Name a team's own candidate for whatever its code raises; nobody knows what that may be."""
    try:
        yield
    except CourtsideError:
        raise
    except Exception as error:
        if candidate.package is None:
            raise
        raise CandidateFailed(candidate, error) from error


def _in_parallel(candidates: Sequence[Candidate], fit: Callable[[Candidate], TrainedModel]) -> list[TrainedModel]:
    # Threads suffice, because every library releases the interpreter while it fits; processes would copy data and
    # forests. What spreads over all cores by itself comes after the rest, alone, so that no core has two threads to
    # run.
    from joblib import cpu_count

    single = [candidate for candidate in candidates if not candidate.uses_all_cores]
    with ThreadPoolExecutor(max_workers=cpu_count()) as pool:
        fitted = dict(zip((candidate.name for candidate in single), pool.map(fit, single), strict=True))
    fitted |= {candidate.name: fit(candidate) for candidate in candidates if candidate.uses_all_cores}
    return [fitted[candidate.name] for candidate in candidates]


def _fit(candidate: Candidate, parts: _Parts, options: FitOptions) -> TrainedModel:
    if "random_state" in candidate.params:
        candidate = replace(candidate, params={**candidate.params, "random_state": options.seed})
    if options.search:
        candidate = search(candidate, parts.train, columns=parts.columns, trials=options.search, seed=options.seed)
    estimator = parts.learner.fit(candidate, parts.columns, parts.train.rows, parts.train.labels)
    model = _judged(candidate, single_threaded(estimator), parts)
    if options.rolling_origin:
        origin = rolling_origin(candidate, parts.before_holdout, columns=parts.columns, folds=options.rolling_origin)
        return replace(model, rolling_origin=origin)
    return model


def _judged(candidate: Candidate, estimator: Predictor, parts: _Parts) -> TrainedModel:
    task, said = parts.learner.task, parts.said(estimator, parts.test)
    metrics = evaluate(
        train_labels=parts.train.labels,
        train_probability=parts.said(estimator, parts.train),
        test_labels=parts.test.labels,
        test_probability=said,
        task=task,
    )
    truth, seen = parts.selection.labels, parts.learner.seen(parts.train.labels)
    intervals = conformal_intervals(truth, said[: len(truth)]) if task.interval else None
    if intervals is not None:
        metrics = with_interval_figures(metrics, parts.test.labels[len(truth) :], said[len(truth) :], intervals)
    return TrainedModel(
        candidate,
        estimator,
        metrics,
        said,
        selected_by(task, truth, said[: len(truth)]),
        task=task,
        seen=None if seen is None else tuple(seen.tolist()),
        intervals=intervals,
    )


def selected_by(task: Task, truth: Truth, said: Prediction) -> float:
    """Return the figure that chooses the best candidate of a task."""
    if task.name == BINARY and task.primary == "auc":
        from sklearn.metrics import roc_auc_score

        return float(roc_auc_score(truth, said))  # for the reason given in metrics.py
    return task.figure(task.primary).value(truth, said)


def _calibrate(model: TrainedModel, parts: _Parts, method: Calibration) -> TrainedModel:
    rows, learned = parts.learner.known(parts.selection.rows, parts.selection.labels, seen=model.seen)
    with blaming(model.candidate):
        estimator = calibrated(model.estimator, rows, learned, method=method)
        judged = _judged(model.candidate, estimator, parts)
    return replace(judged, selection=model.selection, rolling_origin=model.rolling_origin, calibration=method)


def single_threaded(estimator: Predictor) -> Predictor:
    """Return a fitted model that predicts on one thread."""
    # A forest that predicts on several threads adds its trees in the order they finish: the last bit varies.
    last: Any = getattr(estimator, "steps", [("model", estimator)])[-1][1]
    if "n_jobs" in last.get_params():
        last.set_params(n_jobs=1)
    return estimator


def probability(estimator: Any, rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return the probability of class 1, shape (n,)."""
    return np.asarray(estimator.predict_proba(rows), dtype=np.float64)[:, 1]


def best(models: Sequence[TrainedModel]) -> TrainedModel:
    """Return the model that is best on the selection part by what its task selects by (the first of equals).

    One whose figure the rows do not define is the last.
    """
    task = models[0].task
    sign = 1 if task.figure(task.primary).higher_is_better else -1
    return max(models, key=lambda model: -math.inf if math.isnan(model.selection) else sign * model.selection)
