"""A prediction that is the same for every row: the baseline of a training part."""

from dataclasses import dataclass

import numpy as np

from courtside.core.evaluation.multiclass import aligned
from courtside.core.tasks.types import Prediction


@dataclass(frozen=True, slots=True)
class Constant:
    """What is said of every row: the probability of class 1, that of each of `classes`, or a value."""

    said: float | tuple[float, ...]
    classes: tuple[str, ...] = ()

    @classmethod
    def of(cls, baseline: Prediction | None, classes: tuple[str, ...] = ()) -> "Constant | None":
        """Return the constant that a holdout's `baseline` repeats, None where it has none or no rows."""
        if baseline is None or not len(baseline):
            return None
        return cls(tuple(baseline[0].tolist()) if baseline.ndim > 1 else float(baseline[0]), classes)

    def of_rows(self, rows: int, classes: tuple[str, ...] = ()) -> Prediction:
        """Return it for each of `rows` rows; probabilities in the order of `classes`."""
        if isinstance(self.said, float):
            return np.full(rows, self.said)
        return np.tile(aligned(np.array([self.said]), classes=self.classes, to=classes), (rows, 1))
