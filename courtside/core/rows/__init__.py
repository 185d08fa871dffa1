"""Rows of any dataset: what a training needs from them, and the days they belong to."""

from courtside.core.rows.checks import (
    require_contract,
    require_once,
    require_time_column,
    require_times,
    time_column_of,
)
from courtside.core.rows.days import days_of, period, within
from courtside.core.rows.errors import RowsRepeated, TimeColumnNeeded, TimesMissing

__all__ = [
    "RowsRepeated",
    "TimeColumnNeeded",
    "TimesMissing",
    "days_of",
    "period",
    "require_contract",
    "require_once",
    "require_time_column",
    "require_times",
    "time_column_of",
    "within",
]
