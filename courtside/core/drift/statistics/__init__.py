"""Statistics of columns: every module of this package that declares a `STATISTIC` is registered.

They are pure functions of a reference column and a current column on its grid.
"""

from collections import Counter
from collections.abc import Iterable

from courtside.contracts.discovery import declared_in
from courtside.core.drift.statistics.statistic import Figure, Statistic


class StatisticTwice(ValueError):
    """Two statistics use the same key, so the values of one would replace those of the other."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"two statistics give the value {key}; rename one of them")


def in_order(statistics: Iterable[Statistic]) -> tuple[Statistic, ...]:
    """Return statistics in the order in which they are listed; raises `StatisticTwice`."""
    ordered = tuple(sorted(statistics, key=lambda statistic: (statistic.order, statistic.name)))
    for key, count in Counter(key for statistic in ordered for key in statistic.keys).items():
        if count > 1:
            raise StatisticTwice(key)
    return ordered


ALL = in_order(declared_in(__name__, __path__, name="STATISTIC", kind=Statistic))
KEYS = tuple(key for statistic in ALL for key in statistic.keys)
"""The keys of all values, as reports list them."""
ARCHIVED_KEYS = tuple(
    key for statistic in sorted(ALL, key=lambda each: (each.added, each.name)) for key in statistic.keys
)
"""The same in the order in which they came."""

__all__ = ["ALL", "ARCHIVED_KEYS", "KEYS", "Figure", "Statistic", "StatisticTwice", "in_order"]
