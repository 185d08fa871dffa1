"""A measure with its name: what trainings log, gates bound and pages show."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Weighted, score

AnyMeasure = Callable[[NDArray[Any], NDArray[np.float64]], Weighted]
"""A measure of any task: what happened and what a model said of it, as the task has both."""

SHARE = (0.0, 1.0)
POSITIVE = (0.0, math.inf)


@dataclass(frozen=True, slots=True)
class Figure:
    """A named measure on the rows of one part.

    `title` is its name in sentences, `logged` the one in MLflow and in records (None: `name`); `within` are the ends of
    what it can be. `biased` is set where drawing rows again moves the figure itself, as it does with absolute values of
    noisy means: its interval is then symmetric.
    """

    name: str
    title: str
    measure: AnyMeasure
    higher_is_better: bool
    within: tuple[float, float] = SHARE
    biased: bool = False
    logged: str | None = None

    @property
    def key(self) -> str:
        """The name under which it is logged."""
        return self.logged or self.name

    def value(self, truth: NDArray[Any], said: NDArray[np.float64]) -> float:
        """Return the figure, every row counting once; NaN where rows do not define it."""
        return score(self.measure, truth, said)
