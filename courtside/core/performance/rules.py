"""What a contract says about judging its model by the labels that come later."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class EstimateMethod(StrEnum):
    """By which method performance is estimated before the labels are in."""

    NONE = "none"
    CBPE = "cbpe"
    PAPE = "pape"
    DLE = "dle"


METHODS = {
    "binary": (EstimateMethod.CBPE, EstimateMethod.PAPE),
    "multiclass": (EstimateMethod.CBPE, EstimateMethod.PAPE),
    "regression": (EstimateMethod.DLE,),
}
"""The methods that know a task."""


def method_for(named: EstimateMethod, task: str) -> EstimateMethod:
    """Return the method that is named for models of a task, none where it does not know the task."""
    return named if named in METHODS[task] else EstimateMethod.NONE


@dataclass(frozen=True, slots=True)
class PerformanceRules:
    """How realised performance is judged: by windows of `window`, once the share `mature` of their labels is in.

    A difference from what was promised of less than the share `margin` of it does not matter. `estimate` says how
    performance is estimated until the labels are in.
    """

    window: timedelta = timedelta(days=7)
    mature: float = 0.95
    margin: float = 0.01
    estimate: EstimateMethod = EstimateMethod.CBPE

    def method_for(self, task: str) -> EstimateMethod:
        """Return the method that estimates models of a task, which may be none."""
        return method_for(self.estimate, task)
