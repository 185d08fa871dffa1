"""Precision, recall and F1 of one class against the rest, and the mean F1 of all classes.

A row is called the class that is most likely. A figure is 0 where it is undefined, as in `core.evaluation.confusion`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Values, Weighted, Weights, quotient, ratio
from courtside.core.evaluation.multiclass.classes import UNKNOWN, ClassProbabilities, Codes, called


def class_precision(codes: Codes, probability: ClassProbabilities, *, of: int) -> Weighted:
    """Prepare the share of the class `of` among the rows that are called it."""
    said, actual = called(probability) == of, codes == of
    return ratio(said & actual, said, of_nothing=0.0)


def class_recall(codes: Codes, probability: ClassProbabilities, *, of: int) -> Weighted:
    """Prepare the share of the rows of the class `of` that are called it."""
    said, actual = called(probability) == of, codes == of
    return ratio(said & actual, actual, of_nothing=0.0)


def class_f1(codes: Codes, probability: ClassProbabilities, *, of: int) -> Weighted:
    """Prepare the harmonic mean of precision and recall of the class `of`."""
    said, actual = called(probability) == of, codes == of
    return ratio(2.0 * (said & actual), 1.0 * said + actual, of_nothing=0.0)


def macro_f1(codes: Codes, probability: ClassProbabilities) -> Weighted:
    """Prepare the mean F1 of the classes that have weight or are called; it is NaN without any.

    The rows of unknown classes are one class, whose F1 is 0.
    """
    said, k = called(probability), probability.shape[1]
    actual = np.where(codes == UNKNOWN, k, codes)
    every, right = np.arange(codes.size), np.flatnonzero(said == actual)
    having, calling, hitting = (
        _by_class(of[rows], rows) for of, rows in ((actual, every), (said, every), (said, right))
    )

    def weighted(weights: Weights) -> Values:
        size = having(weights, k + 1) + calling(weights, k + 1)
        scores = np.divide(2 * hitting(weights, k + 1), size, out=np.zeros_like(size), where=size > 0)
        return quotient(scores.sum(axis=0), (size > 0).sum(axis=0).astype(np.float64))

    return weighted


def _by_class(of: Codes, rows: NDArray[np.intp]) -> Callable[[Weights, int], NDArray[np.float64]]:
    """Prepare the weight of `rows` by their class, shape (classes, weightings); `of` are their classes."""
    present, starts = np.unique(np.sort(of), return_index=True)
    ordered = rows[np.argsort(of, kind="stable")]

    def summed(weights: Weights, classes: int) -> NDArray[np.float64]:
        sums = np.zeros((classes, weights.shape[1]))
        if present.size:
            sums[present] = np.add.reduceat(weights[ordered], starts, axis=0)
        return sums

    return summed
