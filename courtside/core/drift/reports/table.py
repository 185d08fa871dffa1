"""What a statistic of the whole table found, as a report keeps it."""

from dataclasses import dataclass
from typing import Any

from courtside.core.drift.table_statistics import TableEvidence, TableStatistic


@dataclass(frozen=True, slots=True)
class TableDrift:
    """What one statistic of the whole table found, whether that is drift, and why."""

    statistic: TableStatistic
    found: TableEvidence
    drifted: bool
    reason: str

    @property
    def name(self) -> str:
        """The statistic's name, which is its key in reports."""
        return self.statistic.name

    @property
    def figures(self) -> dict[str, float | bool]:
        """Its figures by the keys that archives keep them under."""
        values = (self.found.effect, self.found.pvalue, self.drifted)
        return dict(zip(self.statistic.keys, values, strict=True))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, without the name."""
        return {
            "effect": self.found.effect,
            "pvalue": self.found.pvalue,
            "windows": self.found.windows,
            "days": self.found.days,
            "drifted": self.drifted,
            "reason": self.reason,
        }
