"""Fit and judge every candidate on one split."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.dataset import Dataset
from courtside.core.training.candidates import ALL, Candidate, Classifier
from courtside.core.training.metrics import Metrics, evaluate
from courtside.core.training.split import Split


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A fitted candidate, its metrics and what it says of the test part (probability of class 1, shape (n_test,))."""

    candidate: Candidate
    estimator: Classifier
    metrics: Metrics
    test_probability: NDArray[np.float64]

    @property
    def name(self) -> str:
        """The candidate's name."""
        return self.candidate.name


def feature_frame(table: pa.Table, dataset: Dataset) -> pd.DataFrame:
    """Return the features as float64, shape (rows, features), in the contract's order.

    A frame rather than a matrix, so that every model keeps the names and can refuse columns in another order.
    """
    return pd.DataFrame({name: table.column(name).to_numpy().astype(np.float64) for name in dataset.feature_names})


def labels(table: pa.Table, dataset: Dataset) -> NDArray[np.int8]:
    """Return the target as 0/1, shape (rows,)."""
    return table.column(dataset.target).to_numpy().astype(np.int8)


def fit_candidates(
    split: Split,
    *,
    dataset: Dataset,
    candidates: Sequence[Candidate] = ALL,
    progress: Callable[[str], None] = lambda _: None,
) -> list[TrainedModel]:
    """Fit every candidate on the training part and score it on both; `progress` hears each name as it starts."""
    train_x, train_y = feature_frame(split.train, dataset), labels(split.train, dataset)
    test_x, test_y = feature_frame(split.test, dataset), labels(split.test, dataset)
    trained = []
    for candidate in candidates:
        progress(candidate.name)
        estimator = _single_threaded(candidate.build(candidate.params).fit(train_x, train_y))
        test_probability = probability(estimator, test_x)
        metrics = evaluate(
            train_labels=train_y,
            train_probability=probability(estimator, train_x),
            test_labels=test_y,
            test_probability=test_probability,
        )
        trained.append(TrainedModel(candidate, estimator, metrics, test_probability))
    return trained


def _single_threaded(estimator: Classifier) -> Classifier:
    # A forest that predicts on several threads adds its trees in the order they finish: the last bit varies.
    settings: Any = estimator
    if "n_jobs" in settings.get_params():
        settings.set_params(n_jobs=1)
    return estimator


def probability(estimator: Classifier, rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return the probability of class 1, shape (n,)."""
    return np.asarray(estimator.predict_proba(rows), dtype=np.float64)[:, 1]


def best(models: Sequence[TrainedModel]) -> TrainedModel:
    """Return the model with the highest test AUC (the first of equals)."""
    return max(models, key=lambda model: model.metrics.test_auc)
