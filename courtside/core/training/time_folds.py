"""Folds in time order: every fold is judged on what came after everything it learned from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from courtside.core.tasks import BINARY, Truth
from courtside.core.training.candidates import Candidate
from courtside.core.training.learning import Learner
from courtside.core.training.preprocessing import Columns, prepared

SEARCH_FOLDS = 3
Fold = tuple[NDArray[np.int64], NDArray[np.int64]]
_OF_TWO_CLASSES = {"auc": "roc_auc", "accuracy": "accuracy"}
"""The figures of two classes that scikit-learn scores folds by, to the last bit of earlier results."""


@dataclass(frozen=True, slots=True)
class TimeOrdered:
    """Features, shape (n, features), and the coded target, shape (n,), in time order.

    `target` is the labels' name in messages, `learner` how they are learned.
    """

    rows: pd.DataFrame
    labels: Truth
    target: str
    learner: Learner = field(default_factory=Learner)


@dataclass(frozen=True, slots=True)
class RollingOrigin:
    """Figures over `folds` expanding windows, by name: their mean and standard deviation (of the population)."""

    folds: int
    mean: Mapping[str, float]
    sd: Mapping[str, float]


def search(candidate: Candidate, data: TimeOrdered, *, columns: Columns, trials: int, seed: int) -> Candidate:
    """Return the candidate with the parameters of the best mean over time folds of what its task is selected by.

    The published parameters and `trials` draws without replacement from the search space compete; the first of equals
    wins, so the published ones stay unless something is better. Raises `OneClassOnly` and `TargetConstant`.
    """
    from sklearn.model_selection import ParameterSampler

    size = int(np.prod([len(values) for values in candidate.search_space.values()])) if candidate.search_space else 0
    space = {name: list(values) for name, values in candidate.search_space.items()}
    drawn = ParameterSampler(space, n_iter=min(trials, size), random_state=seed) if size else ()
    tried = [candidate, *(replace(candidate, params={**candidate.params, **point}) for point in drawn)]
    primary = data.learner.task.figure(data.learner.task.primary)
    scores = [_scores(one, data, columns=columns, folds=SEARCH_FOLDS)[primary.name].mean() for one in tried]
    if np.isnan(scores).all():  # a fold has too few classes for the figure
        return candidate
    return tried[int(np.nanargmax(scores) if primary.higher_is_better else np.nanargmin(scores))]


def rolling_origin(candidate: Candidate, data: TimeOrdered, *, columns: Columns, folds: int) -> RollingOrigin:
    """Fit and judge the candidate on `folds` windows that begin with the first row and end later and later.

    (Tashman 2000, "Out-of-sample tests of forecasting accuracy".) Raises `OneClassOnly` and `TargetConstant`.
    """
    scores = _scores(candidate, data, columns=columns, folds=folds)
    return RollingOrigin(
        folds,
        mean={name: float(values.mean()) for name, values in scores.items()},
        sd={name: float(values.std()) for name, values in scores.items()},
    )


def _scores(candidate: Candidate, data: TimeOrdered, *, columns: Columns, folds: int) -> dict[str, NDArray[np.float64]]:
    """Return what the candidate reaches on each fold, by the names of figures."""
    task = data.learner.task
    if task.name == BINARY and set(task.on_folds) == set(_OF_TWO_CLASSES):
        return _of_two_classes(candidate, data, columns=columns, folds=folds)
    figures = [task.figure(name) for name in task.on_folds]
    found: dict[str, list[float]] = {figure.name: [] for figure in figures}
    for before, after in _folds(data, folds):
        estimator = data.learner.fit(candidate, columns, data.rows.iloc[before], data.labels[before])
        said = data.learner.said(estimator, data.rows.iloc[after], seen=data.learner.seen(data.labels[before]))
        for figure in figures:
            found[figure.name].append(figure.value(data.labels[after], said))
    return {name: np.array(values) for name, values in found.items()}


def _of_two_classes(
    candidate: Candidate, data: TimeOrdered, *, columns: Columns, folds: int
) -> dict[str, NDArray[np.float64]]:
    from sklearn.model_selection import cross_validate

    scores: dict[str, NDArray[np.float64]] = cross_validate(
        prepared(candidate, columns),
        data.rows,
        data.labels,
        cv=list(_folds(data, folds)),
        scoring=tuple(_OF_TWO_CLASSES.values()),
        error_score="raise",
    )
    return {name: scores[f"test_{scorer}"] for name, scorer in _OF_TWO_CLASSES.items()}


def _folds(data: TimeOrdered, count: int) -> Iterator[Fold]:
    from sklearn.model_selection import TimeSeriesSplit

    require = data.learner.task.require_part
    for number, (before, after) in enumerate(TimeSeriesSplit(count).split(data.rows), start=1):
        for part, rows in (("older", before), ("newer", after)):
            require(f"time fold {number}'s {part}", data.target, data.labels[rows], among=data.labels)
        yield before, after
