"""Whether the rows at hand can calibrate what a task's models say; asked before anything is fitted for nothing."""

import numpy as np

from courtside.contracts.errors import BadInput
from courtside.core.tasks import Truth
from courtside.core.training.learning import Learner


class NothingToCalibrate(BadInput):
    """Probabilities were to be calibrated, and the models predict values."""

    def __init__(self, target: str) -> None:
        self.target = target
        super().__init__(f"models of {target} predict values, so no probabilities can be calibrated; leave that out")


class ClassesNotCalibrated(BadInput):
    """The rows that would calibrate probabilities lack classes that the models have learned."""

    def __init__(self, target: str, *, absent: int, of: int) -> None:
        self.target = target
        self.absent = absent
        super().__init__(
            f"{absent} of the {of} classes of {target} that models learn are in no row of the selection part, so their "
            "probabilities cannot be calibrated; leave the calibration out, group the rarer classes, or give more rows"
        )


def require_calibratable(target: str, learner: Learner, learned: Truth, calibrating: Truth) -> None:
    """Raise `NothingToCalibrate` for values, and `ClassesNotCalibrated` where a learned class would calibrate nothing.

    `learned` and `calibrating` are the coded targets of the training part and of the selection part.
    """
    if not learner.task.has_classes:
        raise NothingToCalibrate(target)
    seen = learner.seen(learned)
    if seen is not None and (absent := int((~np.isin(seen, calibrating)).sum())):
        raise ClassesNotCalibrated(target, absent=absent, of=seen.size)
