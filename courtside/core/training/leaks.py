"""How well a single column tells the two classes apart: if it does so nearly always, it knows the outcome."""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation import auc, score

LEAK_AUC = 0.99


def auc_of_numbers(values: NDArray[np.float64], outcome: NDArray[np.int8]) -> float:
    """Return the higher AUC of numbers and of whether they are there (not NaN), in either direction; 0.5 if unknown."""
    missing = np.isnan(values)
    return max(_either_way(missing.astype(np.float64), outcome), _either_way(values[~missing], outcome[~missing]))


def auc_of_levels(levels: NDArray[np.intp], missing: NDArray[np.bool_], outcome: NDArray[np.int8]) -> float:
    """Return the higher AUC of a category's levels, numbered from 0, and of whether they are there.

    A level's rate of class 1 is learned from the older half of the rows and judged on the newer: levels that occur once
    would otherwise give everything away.
    """
    half = len(levels) // 2
    size = int(levels.max(initial=0)) + 1
    seen = np.bincount(levels[:half], minlength=size)
    ones = np.bincount(levels[:half], weights=outcome[:half], minlength=size)
    rates = np.where(seen > 0, ones / np.maximum(seen, 1), outcome[:half].mean() if half else 0.5)
    return max(_either_way(missing.astype(np.float64), outcome), _either_way(rates[levels[half:]], outcome[half:]))


def _either_way(values: NDArray[np.float64], outcome: NDArray[np.int8]) -> float:
    if np.unique(outcome).size < 2:
        return 0.5
    found = score(auc, outcome, values)
    return max(found, 1 - found)
