"""Classes as numbers: the place of a row's class among those that a model knows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.intp]
"""The place of each row's class, shape (n,), or `UNKNOWN`."""
ClassProbabilities = NDArray[np.float64]
"""The probability of each class of each row, shape (n, k), in the order of the classes."""

UNKNOWN = -1
"""The code of a class that the model does not know; all such classes count as one."""


def codes_of(labels: Sequence[Any] | NDArray[Any], classes: Sequence[Any]) -> Codes:
    """Return the place of each label in `classes`, which differ; shape (n,).

    >>> codes_of(["draw", "win", "void"], ["draw", "lose", "win"]).tolist()
    [0, 2, -1]
    """
    places = {each: place for place, each in enumerate(classes)}
    plain = labels.tolist() if isinstance(labels, np.ndarray) else labels
    return np.array([places.get(each, UNKNOWN) for each in plain], dtype=np.intp)


def aligned(probability: ClassProbabilities, *, classes: Sequence[Any], to: Sequence[Any]) -> ClassProbabilities:
    """Return probabilities of `classes` in the order of `to`, shape (n, len(to)); a class not among them has 0.

    What was given to a class that is not in `to` is lost, so that a row then sums to less than 1.
    """
    places = {each: place for place, each in enumerate(classes)}
    result = np.zeros((probability.shape[0], len(to)))
    for place, each in enumerate(to):
        if each in places:
            result[:, place] = probability[:, places[each]]
    return result


def called(probability: ClassProbabilities) -> Codes:
    """Return the most likely class of each row, shape (n,), the first of several."""
    return np.asarray(probability.argmax(axis=1))
