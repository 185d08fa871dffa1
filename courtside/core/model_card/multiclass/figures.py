"""The figures behind the plots of a multiclass candidate."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.curves import ClassCurves, ClassesConfused, ClassFigures
from courtside.core.evaluation import auc, score
from courtside.core.model_card.reliability import reliability

MOST_TOLD = 50
MOST_SHOWN = 10
"""Rows and columns of the matrix, with the one that pools the rest: more are not legible on a phone."""
MOST_CONFUSED = 10
UNSEEN = -1
"""The code of a class that the training part does not hold."""

Codes = NDArray[np.int64]
Probabilities = NDArray[np.float64]


def class_curves(truth: Codes, probabilities: Probabilities, classes: Sequence[str]) -> ClassCurves:
    """Return what the plots draw of probabilities, shape (n, k), in the order of `classes`.

    `truth`, shape (n,), holds each row's place among `classes`, `UNSEEN` where its class is none of them.
    """
    known = truth != UNSEEN
    actual, given = truth[known], probabilities[known]
    called = np.argmax(given, axis=1) if actual.size else actual
    matrix = confusion_counts(actual, called, len(classes))
    shown = _shown(matrix)
    hit = (called == actual).astype(np.int8)
    return ClassCurves(
        rows=truth.size,
        right=int(hit.sum()),
        unseen=int(truth.size - actual.size),
        classes=len(classes),
        told=tuple(_figures(matrix, actual, given, place, classes[place]) for place in _most_frequent(matrix)),
        shown=tuple(classes[place] for place in shown),
        pooled=len(shown) < len(classes),
        matrix=_pooled(matrix, shown),
        confused=_most_confused(matrix, classes),
        confidence=reliability(hit, given.max(axis=1)) if actual.size else (),
        absent=int(np.count_nonzero(matrix.sum(axis=1) == 0)),
    )


def confusion_counts(actual: Codes, called: Codes, classes: int) -> NDArray[np.int64]:
    """Return how many rows are of each class and called each class, shape (classes, classes)."""
    return np.bincount(classes * actual + called, minlength=classes**2).reshape(classes, classes)


def _most_frequent(matrix: NDArray[np.int64]) -> list[int]:
    """Return the classes with the most rows, at most `MOST_TOLD`, in the classes' own order."""
    return sorted(np.argsort(-matrix.sum(axis=1), kind="stable")[:MOST_TOLD].tolist())


def _figures(matrix: NDArray[np.int64], actual: Codes, given: Probabilities, place: int, label: str) -> ClassFigures:
    of_class = (actual == place).astype(np.int8)
    rows = int(of_class.sum())
    return ClassFigures(
        label=label,
        rows=rows,
        called=int(matrix[:, place].sum()),
        right=int(matrix[place, place]),
        auc=round(score(auc, of_class, given[:, place]), 6) if 0 < rows < actual.size else None,
        reliability=reliability(of_class, given[:, place]),
    )


def _shown(matrix: NDArray[np.int64]) -> list[int]:
    """Return the classes of the drawn matrix in their order: all, or those that are confused most with another one."""
    classes = len(matrix)
    if classes <= MOST_SHOWN:
        return list(range(classes))
    chosen: list[int] = []
    for actual, called in _pairs(matrix):
        new = [place for place in (actual, called) if place not in chosen]
        if len(chosen) + len(new) > MOST_SHOWN - 1:
            break
        chosen += new
    others = [place for place in np.argsort(-matrix.sum(axis=1), kind="stable").tolist() if place not in chosen]
    return sorted(chosen + others[: MOST_SHOWN - 1 - len(chosen)])


def _pairs(matrix: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return the pairs (actual, called) of different classes that occur, the most frequent first."""
    wrong = matrix * (1 - np.eye(len(matrix), dtype=np.int64))
    order = np.argsort(-wrong, axis=None, kind="stable")[: np.count_nonzero(wrong)]
    actual, called = np.unravel_index(order, wrong.shape)
    return list(zip(actual.tolist(), called.tolist(), strict=True))


def _pooled(matrix: NDArray[np.int64], shown: list[int]) -> tuple[tuple[int, ...], ...]:
    """Return the counts of the classes shown; where there are others, in a last row and column of their own."""
    place = np.full(len(matrix), len(shown))
    place[shown] = np.arange(len(shown))
    size = len(shown) + (len(shown) < len(matrix))
    counts = np.zeros((size, size), dtype=np.int64)
    np.add.at(counts, (place[:, None], place[None, :]), matrix)
    return tuple(tuple(row) for row in counts.tolist())


def _most_confused(matrix: NDArray[np.int64], classes: Sequence[str]) -> tuple[ClassesConfused, ...]:
    return tuple(
        ClassesConfused(actual=classes[actual], predicted=classes[called], rows=int(matrix[actual, called]))
        for actual, called in _pairs(matrix)[:MOST_CONFUSED]
    )
