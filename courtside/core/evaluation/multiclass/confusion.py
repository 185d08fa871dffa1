"""Precision, recall and F1 of one class against the rest, and the mean F1 of all classes.

A row is called the class that is most likely. A figure is 0 where it is undefined, as in `core.evaluation.confusion`.
"""

import numpy as np

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

    def weighted(weights: Weights) -> Values:
        have, calls, right = (np.zeros((k + 1, weights.shape[1])) for _ in range(3))
        np.add.at(have, actual, weights)
        np.add.at(calls, said, weights)
        np.add.at(right, actual, weights * (said == actual)[:, None])
        size = have + calls
        scores = np.divide(2 * right, size, out=np.zeros_like(size), where=size > 0)
        return quotient(scores.sum(axis=0), (size > 0).sum(axis=0).astype(np.float64))

    return weighted
