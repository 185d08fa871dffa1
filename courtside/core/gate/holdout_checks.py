"""What is wrong with a holdout's columns, as sentences."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.multiclass import UNKNOWN
from courtside.core.tasks import MULTICLASS, REGRESSION


def label_problems(task: str, labels: NDArray[Any], classes: int) -> list[str]:
    """Return what is wrong with the labels of a task, of which there are so many classes."""
    if task == REGRESSION:
        wrong = int(np.sum(~np.isfinite(labels)))
        return [f"{wrong} of {labels.size} labels are not finite numbers"] if wrong else []
    if task == MULTICLASS:
        outside = ((labels < UNKNOWN) | (labels >= classes)).any()
        return [f"label holds values that are no place of one of {classes} classes"] if outside else []
    return [] if np.isin(labels, (0, 1)).all() else ["label holds values other than 0 and 1"]


def problems_of_predictions(task: str, name: str, said: NDArray[np.float64], *, rows: int, classes: int) -> list[str]:
    """Return what is wrong with the predictions of the model called `name`."""
    if len(said) != rows:
        return [f"{name} has {len(said)} rows, but label has {rows}"]
    if task == MULTICLASS and said.shape != (rows, classes):
        return [f"{name} does not have the probabilities of {classes} classes"]
    if task == REGRESSION:
        wrong = int(np.sum(~np.isfinite(said)))
        return [f"{wrong} of {said.size} values of {name} are not finite numbers"] if wrong else []
    wrong = int((~((said >= 0) & (said <= 1))).sum())
    return [f"{wrong} of {said.size} values of {name} are not probabilities"] if wrong else []


def problems_of_bounds(name: str, ends: NDArray[np.float64], *, rows: int) -> list[str]:
    """Return what is wrong with the intervals of the model called `name`."""
    if ends.shape != (rows, 2):
        return [f"the intervals of {name} do not have two ends for each of {rows} rows"]
    wrong = int(np.sum(~(ends[:, 0] <= ends[:, 1])))
    return [f"{wrong} of {rows} intervals of {name} have no low end under a high one"] if wrong else []
