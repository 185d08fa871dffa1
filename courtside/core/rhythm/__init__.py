"""When things happen to a model: how often it is watched, when rows are expected, when a training is due."""

from courtside.core.rhythm.due import next_due, training_due
from courtside.core.rhythm.durations import NotADuration, parse_duration, written
from courtside.core.rhythm.freshness import LOOK_BACK, overdue_since
from courtside.core.rhythm.rules import WatchRhythm
from courtside.core.rhythm.seasons import NotPartOfAYear, PartOfYear

__all__ = [
    "LOOK_BACK",
    "NotADuration",
    "NotPartOfAYear",
    "PartOfYear",
    "WatchRhythm",
    "next_due",
    "overdue_since",
    "parse_duration",
    "training_due",
    "written",
]
