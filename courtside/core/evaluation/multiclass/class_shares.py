"""The baseline of several classes: the best prediction from the training labels alone, without any feature."""

import numpy as np

from courtside.core.evaluation.multiclass.classes import ClassProbabilities, Codes


def class_shares(codes: Codes, *, classes: int, rows: int) -> ClassProbabilities:
    """Return the share of each class in the training `codes` as the probabilities of each of `rows` rows.

    The class that it calls is the most frequent one; its log loss is the best of any constant that was fitted there.
    Shape (rows, classes).
    """
    shares = np.bincount(codes, minlength=classes) / codes.size
    return np.tile(shares, (rows, 1))
