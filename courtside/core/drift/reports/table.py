"""A report keeps what a statistic of the whole table found."""

from dataclasses import dataclass
from typing import Any

from courtside.core.drift.table_statistics import TableEvidence, TableStatistic


@dataclass(frozen=True, slots=True)
class TableDrift:
    """The finding of one statistic of the whole table, whether that is drift, and why."""

    statistic: TableStatistic
    found: TableEvidence
    drifted: bool
    reason: str

    @property
    def name(self) -> str:
        """Return the name of the statistic, which is its key in reports."""
        return self.statistic.name

    @property
    def figures(self) -> dict[str, float | bool]:
        """Return its figures by the keys under which archives keep them."""
        values = (self.found.effect, self.found.pvalue, self.drifted)
        return dict(zip(self.statistic.keys, values, strict=True))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form without the name."""
        return {
            "effect": self.found.effect,
            "pvalue": self.found.pvalue,
            "windows": self.found.windows,
            "days": self.found.days,
            "drifted": self.drifted,
            "reason": self.reason,
        }
