"""Tests of a mean difference that may be looked at every day, because their intervals hold at all looks at once."""

from courtside.core.sequential.outcome import Outcome, outcome
from courtside.core.sequential.sequence import DaysOutOfOrder, DaySums, Sequence
from courtside.core.sequential.stretch import Interval
from courtside.core.sequential.two_sided import TwoSided, two_sided

__all__ = ["DaySums", "DaysOutOfOrder", "Interval", "Outcome", "Sequence", "TwoSided", "outcome", "two_sided"]
