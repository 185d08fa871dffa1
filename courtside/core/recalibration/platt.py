"""Platt's map from a probability to a better one: a slope and an intercept on its logit.

Source: J. Platt, "Probabilistic outputs for support vector machines", Advances in Large Margin Classifiers (1999). A
slope under 1 mends a model that is too sure, an intercept one whose probabilities are all too low or too high; with a
slope over 0 the order of the rows stays as it is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation import Labels, Probabilities

CLIP = 1e-6
"""Probabilities nearer to 0 or 1 count as this near, so that no logit and no loss is infinite."""
_STEPS, _HALVINGS, _ENOUGH = 25, 20, 1e-10

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PlattMap:
    """The slope and the intercept; a slope of 1 and an intercept of 0 leave every probability as it is."""

    slope: float = 1.0
    intercept: float = 0.0

    def of(self, probability: Probabilities) -> Probabilities:
        """Return the recalibrated probabilities, each within [1e-6, 1 - 1e-6]; shape as given."""
        return clipped(_sigmoid(self.slope * logits(probability) + self.intercept))


@dataclass(frozen=True, slots=True)
class MapEvidence:
    """What rows said about the map: their loss as a quadratic in slope and intercept, kept as five numbers.

    `precision` are the three numbers of its symmetric matrix (slope, both, intercept), `linear` its linear term. A
    prior at the identity is added when the map is asked for, and no forgetting wears it off.
    """

    precision: tuple[float, float, float] = (0.0, 0.0, 0.0)
    linear: tuple[float, float] = (0.0, 0.0)

    def faded(self, share: float) -> "MapEvidence":
        """Return what is left when everything so far counts only for a `share` of what it did."""
        slope, both, intercept = self.precision
        return MapEvidence(
            (slope * share, both * share, intercept * share), (self.linear[0] * share, self.linear[1] * share)
        )

    def map(self) -> PlattMap:
        """Return the map that fits the rows so far and the prior best."""
        precision, linear = self._with_prior()
        return PlattMap(*_solved(precision, linear).tolist())

    def with_rows(self, labels: Labels, probability: Probabilities, *, weight: float = 1.0) -> "MapEvidence":
        """Return the evidence with some rows added: one Newton fit to them, from what was known before.

        Labels are 0/1 and probabilities those of class 1, each shape (n,); each row counts `weight` > 0 times. The cost
        depends on these rows alone.
        """
        inputs = np.stack([logits(probability), np.ones(labels.size)])
        known, linear = self._with_prior()
        best = _fitted(inputs, labels, known / weight, _solved(known, linear))
        gradient, curvature = _slopes(inputs, labels, best)
        mine = weight * (curvature @ best - gradient)
        added = np.array(self.precision) + weight * curvature[[0, 0, 1], [0, 1, 1]]
        return MapEvidence(tuple(added.tolist()), tuple((np.array(self.linear) + mine).tolist()))

    def _with_prior(self) -> tuple[NDArray[np.float64], Vector]:
        slope, both, intercept = self.precision
        precision = np.array([[slope + PRIOR, both], [both, intercept + PRIOR]])
        return precision, np.array([self.linear[0] + PRIOR, self.linear[1]])


PRIOR = 64.0
"""The precision of the prior: the standard deviations of slope and intercept about the identity are 0.125."""


def clipped(probability: Probabilities) -> Probabilities:
    """Return the probabilities within [1e-6, 1 - 1e-6]."""
    return np.clip(probability, CLIP, 1 - CLIP)


def logits(probability: Probabilities) -> Vector:
    """Return the log odds of probabilities, at most 13.8 from 0."""
    given = clipped(probability)
    return np.asarray(np.log(given) - np.log1p(-given))


def fitted_map(labels: Labels, probability: Probabilities) -> PlattMap:
    """Return the map that fits these rows best, with the prior at the identity."""
    return MapEvidence().with_rows(labels, probability).map()


def _fitted(inputs: NDArray[np.float64], labels: Labels, known: NDArray[np.float64], start: Vector) -> Vector:
    """Return slope and intercept of the least loss, of these rows and of what was known; Newton's steps, halved."""

    def loss(at: Vector) -> float:
        scores = at @ inputs
        away = at - start
        return float(np.logaddexp(0, scores).sum() - scores @ labels + away @ known @ away / 2)

    best, least = start, loss(start)
    for _ in range(_STEPS):
        gradient, curvature = _slopes(inputs, labels, best)
        step = _solved(curvature + known, gradient + known @ (best - start))
        for halving in range(_HALVINGS):
            tried = best - step * 0.5**halving
            if (value := loss(tried)) <= least:
                break
        else:
            return best
        if least - value <= _ENOUGH * max(1.0, abs(least)):
            return tried
        best, least = tried, value
    return best


def _slopes(inputs: NDArray[np.float64], labels: Labels, at: Vector) -> tuple[Vector, NDArray[np.float64]]:
    """Return the gradient and the curvature of the rows' loss."""
    said = _sigmoid(at @ inputs)
    return np.asarray(inputs @ (said - labels)), np.asarray((inputs * (said * (1 - said))) @ inputs.T)


def _solved(matrix: NDArray[np.float64], vector: Vector) -> Vector:
    return np.asarray(np.linalg.solve(matrix, vector), dtype=np.float64)


def _sigmoid(scores: Vector) -> Vector:
    share: Vector = 1 / (1 + np.exp(-scores))
    return share
