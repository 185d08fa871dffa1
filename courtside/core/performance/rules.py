"""What a contract says about judging its model by the labels that come later."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class PerformanceRules:
    """How realised performance is judged: by windows of `window`, once the share `mature` of their labels is in.

    A difference from what was promised of less than the share `margin` of it does not matter.
    """

    window: timedelta = timedelta(days=7)
    mature: float = 0.95
    margin: float = 0.01
