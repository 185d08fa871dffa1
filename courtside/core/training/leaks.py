"""How well a single column tells the classes apart, or orders the values: if nearly always, it knows the outcome."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.evaluation import auc, score
from courtside.core.tasks import BINARY, REGRESSION, Truth

LEAK_AUC = 0.99
LEAK_CORRELATION = 0.999
"""The outcome of the day before may order today's at .99; a copy or a multiple of the outcome orders them all."""
_BINS = 200


@dataclass(frozen=True, slots=True)
class Alone:
    """How well one column alone tells the target, by the name of the `measure`; it leaks the target above `limit`."""

    measure: str
    value: float
    limit: float

    @property
    def leaks(self) -> bool:
        """Whether the column very likely knows the outcome."""
        return self.value > self.limit


def alone(values: NDArray[Any], missing: NDArray[np.bool_], outcome: Truth, task: str) -> Alone:
    """Return how well a column tells the coded target of a task, shape (n,) each.

    `values` are numbers, NaN where they are `missing`, or texts as objects; a text tells no value of a regression.
    """
    numeric = values.dtype != object
    if task == REGRESSION:
        return Alone("rank correlation", rank_correlation(values, outcome) if numeric else 0.0, LEAK_CORRELATION)
    if task == BINARY and numeric:
        return Alone("AUC", auc_of_numbers(values, outcome), LEAK_AUC)
    levels = quantile_levels(values) if numeric else _levels(values)
    return Alone("AUC", (auc_of_levels if task == BINARY else auc_of_classes)(levels, missing, outcome), LEAK_AUC)


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


def auc_of_classes(levels: NDArray[np.intp], missing: NDArray[np.bool_], outcome: NDArray[np.intp]) -> float:
    """Return the mean of `auc_of_levels` of each class against the rest, each of which counts by its rows."""
    counts = np.bincount(outcome)
    areas = [auc_of_levels(levels, missing, (outcome == of).astype(np.int8)) for of in np.flatnonzero(counts)]
    return float(np.average(areas, weights=counts[counts > 0]))


def quantile_levels(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the numbers, NaN among them, as at most 201 levels that hold about equally many rows each."""
    known = values[~np.isnan(values)]
    edges = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS)) if known.size else np.empty(0)
    return np.where(np.isnan(values), edges.size + 1, np.searchsorted(edges, values, side="right")).astype(np.intp)


def rank_correlation(values: NDArray[np.float64], outcome: NDArray[np.float64]) -> float:
    """Return the size of Spearman's rank correlation of the numbers that are there with the outcome; 0 if undefined."""
    known = ~np.isnan(values)
    ours, theirs = _ranks(values[known]), _ranks(outcome[known])
    if known.sum() < 2 or min(np.ptp(ours), np.ptp(theirs)) == 0:
        return 0.0
    return float(abs(np.corrcoef(ours, theirs)[0, 1]))


def _levels(texts: NDArray[Any]) -> NDArray[np.intp]:
    """Return texts as numbers from 0, in the order in which they first come."""
    encoded: Any = pa.array(texts, pa.string()).dictionary_encode()
    return np.asarray(encoded.indices.to_numpy(), dtype=np.intp)


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank of each value, equal ones the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[place])


def _either_way(values: NDArray[np.float64], outcome: NDArray[np.int8]) -> float:
    if np.unique(outcome).size < 2:
        return 0.5
    found = score(auc, outcome, values)
    return max(found, 1 - found)
