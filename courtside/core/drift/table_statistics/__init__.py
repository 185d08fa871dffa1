"""The statistics of whole tables: every module of this package that holds a `TABLE_STATISTIC` is one.

They are pure functions of a reference's profile and a current one, and see what no column shows by itself.
"""

from courtside.contracts.discovery import declared_in
from courtside.core.drift.table_statistics.statistic import TableEvidence, TableStatistic

ALL = tuple(
    sorted(
        declared_in(__name__, __path__, name="TABLE_STATISTIC", kind=TableStatistic),
        key=lambda each: (each.added, each.name),
    )
)

__all__ = ["ALL", "TableEvidence", "TableStatistic"]
