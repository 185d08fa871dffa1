"""Folds in time order: every fold is judged on what came after everything it learned from."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from courtside.core.tasks import require_both
from courtside.core.training.candidates import Candidate
from courtside.core.training.preprocessing import Columns, prepared

SEARCH_FOLDS = 3
Fold = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class TimeOrdered:
    """Features, shape (n, features), and labels 0/1, shape (n,), in time order.

    `target` is the labels' name in messages.
    """

    rows: pd.DataFrame
    labels: NDArray[np.int8]
    target: str


@dataclass(frozen=True, slots=True)
class RollingOrigin:
    """Mean and standard deviation (of the population) of AUC and accuracy over `folds` expanding windows."""

    folds: int
    auc_mean: float
    auc_sd: float
    accuracy_mean: float
    accuracy_sd: float


def search(candidate: Candidate, data: TimeOrdered, *, columns: Columns, trials: int, seed: int) -> Candidate:
    """Return the candidate with the parameters of the highest mean AUC over time folds of `data`.

    The published parameters and `trials` draws without replacement from the search space compete; the first of equals
    wins, so the published ones stay unless something is better. Raises `OneClassOnly`.
    """
    from sklearn.model_selection import ParameterSampler

    size = int(np.prod([len(values) for values in candidate.search_space.values()])) if candidate.search_space else 0
    space = {name: list(values) for name, values in candidate.search_space.items()}
    drawn = ParameterSampler(space, n_iter=min(trials, size), random_state=seed) if size else ()
    tried = [candidate, *(replace(candidate, params={**candidate.params, **point}) for point in drawn)]
    scores = [_scores(one, data, columns=columns, folds=SEARCH_FOLDS)["test_roc_auc"].mean() for one in tried]
    return tried[int(np.argmax(scores))]


def rolling_origin(candidate: Candidate, data: TimeOrdered, *, columns: Columns, folds: int) -> RollingOrigin:
    """Fit and judge the candidate on `folds` windows that begin with the first row and end later and later.

    (Tashman 2000, "Out-of-sample tests of forecasting accuracy".) Raises `OneClassOnly`.
    """
    scores = _scores(candidate, data, columns=columns, folds=folds)
    auc, accuracy = scores["test_roc_auc"], scores["test_accuracy"]
    return RollingOrigin(folds, *(float(value) for value in (auc.mean(), auc.std(), accuracy.mean(), accuracy.std())))


def _scores(candidate: Candidate, data: TimeOrdered, *, columns: Columns, folds: int) -> dict[str, NDArray[np.float64]]:
    from sklearn.model_selection import cross_validate

    scores: dict[str, NDArray[np.float64]] = cross_validate(
        prepared(candidate, columns),
        data.rows,
        data.labels,
        cv=list(_folds(data, folds)),
        scoring=("roc_auc", "accuracy"),
        error_score="raise",
    )
    return scores


def _folds(data: TimeOrdered, count: int) -> Iterator[Fold]:
    from sklearn.model_selection import TimeSeriesSplit

    for number, (before, after) in enumerate(TimeSeriesSplit(count).split(data.rows), start=1):
        for part, rows in (("older", before), ("newer", after)):
            require_both(f"time fold {number}'s {part}", data.target, data.labels[rows], among=data.labels)
        yield before, after
