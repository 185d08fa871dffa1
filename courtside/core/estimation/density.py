"""How many rows of a window each labelled row stands for: the ratio of the two densities of the features.

A classifier that tells a window's rows from the reference's has the ratio as its odds (M. Sugiyama, T. Suzuki,
T. Kanamori, "Density Ratio Estimation in Machine Learning", 2012, chapter 4). Each row's odds come from a
classifier that did not learn from it. Where these classifiers do not tell the two apart beyond noise, each weight is 1.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.estimation.encoding import Encoder
from courtside.core.estimation.estimator import Numbers

MOST_ROWS = 20_000
"""The classifiers learn from at most so many rows of either side."""
FEWEST_ROWS = 20
"""Windows of fewer rows cannot be told from the reference."""
FOLDS = 2
BEYOND_NOISE = 2.0
"""Standard errors by which the classifiers' held-out loss must be below that of knowing the shares alone."""
PARAMS = {
    "n_estimators": 200,
    "num_leaves": 8,
    "learning_rate": 0.1,
    "min_child_samples": 20,
    "n_jobs": 1,
    "verbose": -1,
    "random_state": 42,
    "deterministic": True,
    "force_col_wise": True,
}
PATIENCE = 10
CERTAIN = 1e-6
"""No row is taken for more certainly the window's, or the reference's: its odds stay finite."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """The reference rows' weights, shape (n,), with mean 1, and which share of the window is like some of them."""

    weights: Numbers
    covered: float = 1.0

    @property
    def differs(self) -> bool:
        """Whether the window's rows can be told from the reference's."""
        return bool((self.weights != 1).any())

    @property
    def effective(self) -> float:
        """How many rows with equal weights say as much (L. Kish, "Survey Sampling", 1965)."""
        return float(self.weights.sum()) ** 2 / float(self.weights @ self.weights)


def ratios(reference: pa.Table) -> Callable[[pa.Table], Ratio]:
    """Return what estimates the ratio for the features of any window; that raises `RowsUnfit`."""
    encoder = Encoder.of(reference)
    known = encoder.matrix(reference)

    def ratio(current: pa.Table) -> Ratio:
        chosen = np.flatnonzero(_chosen(current.num_rows, np.random.default_rng(0)))
        return density_ratio(known, encoder.matrix(current.take(chosen)), encoder.categories)

    return ratio


def density_ratio(reference: Numbers, current: Numbers, categories: list[int], *, seed: int = 0) -> Ratio:
    """Estimate the ratio from encoded features, each shape (rows, features); `categories` are columns that hold codes.

    The same rows in the same order and the same seed give the same ratio.
    """
    if current.shape[0] < FEWEST_ROWS or not current.shape[1]:
        return Ratio(np.ones(reference.shape[0]))
    rng = np.random.default_rng(seed)
    chosen = _chosen(reference.shape[0], rng)
    fold_of_ours, fold_of_theirs = (_folds(side.shape[0], rng) for side in (reference, current))
    odds, gains = np.empty(reference.shape[0]), []
    for fold in range(FOLDS):
        own, other = fold_of_ours == fold, fold_of_theirs == fold
        learned = Sides(reference[chosen & ~own], current[~other])
        held_out = Sides(reference[chosen & own], current[other])
        classifier = _classifier(learned, held_out, categories)
        gains.append(_gains(classifier, held_out, learned.share))
        said = _said(classifier, reference[own])
        odds[own] = said / (1 - said) * (1 - learned.share) / learned.share
    if not _beyond_noise(np.concatenate(gains)):
        return Ratio(np.ones(reference.shape[0]))
    covered = float(odds.mean())
    return Ratio(odds / covered, covered)


@dataclass(frozen=True, slots=True)
class Sides:
    """Rows of the reference and of the window, each shape (rows, features)."""

    reference: Numbers
    current: Numbers

    @property
    def rows(self) -> Numbers:
        """All of them, the reference's first."""
        return np.vstack((self.reference, self.current))

    @property
    def current_ones(self) -> NDArray[np.int8]:
        """For each of `rows` 1 where it is the window's, else 0."""
        return np.repeat(np.array([0, 1], dtype=np.int8), (self.reference.shape[0], self.current.shape[0]))

    @property
    def share(self) -> float:
        """Which share of all rows is the window's."""
        return float(self.current_ones.mean())


def _classifier(learned: Sides, held_out: Sides, categories: list[int]) -> Any:
    from lightgbm import LGBMClassifier, early_stopping

    return LGBMClassifier(**PARAMS).fit(
        learned.rows,
        learned.current_ones,
        eval_X=held_out.rows,
        eval_y=held_out.current_ones,
        callbacks=[early_stopping(PATIENCE, verbose=False)],
        categorical_feature=categories,
    )


def _said(classifier: Any, rows: Numbers) -> Numbers:
    return np.asarray(np.clip(classifier.predict_proba(rows)[:, 1], CERTAIN, 1 - CERTAIN))


def _gains(classifier: Any, held_out: Sides, share: float) -> Numbers:
    """Return by how much each row's loss is smaller than that of who knows the shares alone."""
    said, ones = _said(classifier, held_out.rows), held_out.current_ones == 1
    return np.asarray(np.where(ones, np.log(said / share), np.log((1 - said) / (1 - share))))


def _beyond_noise(gains: Numbers) -> bool:
    return bool(gains.mean() > BEYOND_NOISE * gains.std() / math.sqrt(gains.size))


def _folds(rows: int, rng: np.random.Generator) -> NDArray[np.intp]:
    return rng.permutation(np.arange(rows) % FOLDS)


def _chosen(rows: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    return np.asarray(rng.permutation(rows) < MOST_ROWS)
