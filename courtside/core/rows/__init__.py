"""Rows of any dataset: what a training needs from them, and the days they belong to."""

from courtside.core.rows.checks import (
    require_contract,
    require_once,
    require_time_column,
    require_times,
    time_column_of,
)
from courtside.core.rows.days import days_of, period, within
from courtside.core.rows.errors import (
    PositiveNeverOccurs,
    RowsRepeated,
    TargetNotBinary,
    TimeColumnNeeded,
    TimesMissing,
)
from courtside.core.rows.target import Classes, classes_of, is_labelled, labelled, require_binary

__all__ = [
    "Classes",
    "PositiveNeverOccurs",
    "RowsRepeated",
    "TargetNotBinary",
    "TimeColumnNeeded",
    "TimesMissing",
    "classes_of",
    "days_of",
    "is_labelled",
    "labelled",
    "period",
    "require_binary",
    "require_contract",
    "require_once",
    "require_time_column",
    "require_times",
    "time_column_of",
    "within",
]
