"""Rows of any dataset: what a training needs from them, and the days they belong to."""

from courtside.core.rows.checks import require_contract, require_once, require_time_column, require_times
from courtside.core.rows.days import days_of, period, within
from courtside.core.rows.errors import RowsRepeated, TargetNotBinary, TimesMissing
from courtside.core.rows.target import labelled, positive_level, require_binary

__all__ = [
    "RowsRepeated",
    "TargetNotBinary",
    "TimesMissing",
    "days_of",
    "labelled",
    "period",
    "positive_level",
    "require_binary",
    "require_contract",
    "require_once",
    "require_time_column",
    "require_times",
    "within",
]
