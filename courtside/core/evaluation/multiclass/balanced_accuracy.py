"""Balanced accuracy: the mean over the classes of how many of their rows are predicted right; rare ones count fully.

Source: K. H. Brodersen, C. S. Ong, K. E. Stephan, J. M. Buhmann, "The balanced accuracy and its posterior
distribution", ICPR (2010).
"""

import numpy as np

from courtside.core.evaluation.measure import Values, Weighted, Weights, quotient
from courtside.core.evaluation.multiclass.accuracy import hits
from courtside.core.evaluation.multiclass.classes import ClassProbabilities, Codes

_NO_CODE = np.iinfo(np.intp).min  # no row has it, so the first row begins a class


def balanced_accuracy(codes: Codes, probability: ClassProbabilities) -> Weighted:
    """Prepare the mean recall of the classes that have weight; it is NaN without any.

    The rows of unknown classes are one class, none of whose rows is predicted right.
    """
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=_NO_CODE))
    right = hits(codes, probability)[order].astype(np.float64)[:, None]

    def weighted(weights: Weights) -> Values:
        of_rows = weights[order]
        total = np.add.reduceat(of_rows, starts, axis=0)
        found = np.add.reduceat(of_rows * right, starts, axis=0)
        recalls = np.divide(found, total, out=np.zeros_like(total), where=total > 0)
        return quotient(recalls.sum(axis=0), (total > 0).sum(axis=0).astype(np.float64))

    return weighted
