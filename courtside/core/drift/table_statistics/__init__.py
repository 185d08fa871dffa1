"""Statistics of whole tables: every module of this package that declares a `TABLE_STATISTIC` is registered.

They are pure functions of the profiles of a reference and a current table, and detect what no single column shows.
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
