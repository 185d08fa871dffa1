"""Fit an estimator to a coded target, and ask it in the target's terms, whatever classes its rows happened to have.

Boosters want classes numbered without gaps, and a class that came only later is in none of an estimator's columns. So
an estimator learns the places of the classes among those it saw, and what it says gets a column of zeros for the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from courtside.core.evaluation.multiclass import aligned
from courtside.core.tasks import BINARY, MULTICLASS, Prediction, Task, Truth, task_of
from courtside.core.training.candidates import Candidate, Predictor
from courtside.core.training.preprocessing import Columns, prepared


@dataclass(frozen=True, slots=True)
class Learner:
    """How a task's targets are learned; `classes` is how many its target has, in training or later (0: it has none)."""

    task: Task = field(default_factory=lambda: task_of(BINARY))
    classes: int = 0

    @classmethod
    def of(cls, task: str, *truths: Truth, primary: str | None = None) -> Self:
        """Return the learner of a task whose target is coded in these parts, and which is selected by `primary`."""
        if task != MULTICLASS:
            return cls(task_of(task, primary))
        return cls(task_of(task, primary), 1 + max(int(truth.max(initial=-1)) for truth in truths))

    def seen(self, truth: Truth) -> NDArray[np.intp] | None:
        """Return the codes of the classes of several that occur, in order; None for other tasks."""
        return np.unique(truth).astype(np.intp) if self.task.name == MULTICLASS else None

    def fit(self, candidate: Candidate, columns: Columns, rows: pd.DataFrame, truth: Truth) -> Predictor:
        """Return the candidate's estimator, fitted; of several classes it knows those of `seen` by their places."""
        seen = self.seen(truth)
        learned = truth if seen is None else np.searchsorted(seen, truth)
        return prepared(candidate, columns).fit(rows, learned)

    def known(
        self, rows: pd.DataFrame, truth: Truth, *, seen: Sequence[int] | None
    ) -> tuple[pd.DataFrame, NDArray[Any]]:
        """Return the rows whose class an estimator has seen, and the classes as it knows them."""
        if seen is None:
            return rows, truth
        there = np.isin(truth, seen)
        return rows[there], np.searchsorted(seen, truth[there])

    def said(self, estimator: Any, rows: pd.DataFrame, *, seen: NDArray[np.intp] | None) -> Prediction:
        """Return what a fitted estimator predicts, with a column of each class where there are several."""
        found = self.task.said(estimator, rows)
        return found if seen is None else aligned(found, classes=seen.tolist(), to=range(self.classes))
