"""What a check found in one segment, as a report keeps it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from courtside.core.drift.reports.report import FeatureDrift, Verdict


@dataclass(frozen=True, slots=True)
class SegmentDrift:
    """The verdict on the rows in which `column` has the value `level`; without enough of them `drifted` is empty.

    Rows are those compared: with history, the reference's on the same days of the year, of its newest part.
    """

    column: str
    level: str
    reference_rows: int
    current_rows: int
    verdict: "Verdict"
    drifted: "tuple[FeatureDrift, ...]" = ()

    @property
    def name(self) -> str:
        """The column and its value."""
        return f"{self.column}={self.level}"

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, flat."""
        return {
            "column": self.column,
            "level": self.level,
            "reference_rows": self.reference_rows,
            "current_rows": self.current_rows,
            "verdict": self.verdict.value,
            "features_drifted": [
                {"name": each.name, "effect": each.effect, "p_adjusted": each.p_adjusted, "reason": each.reason}
                for each in self.drifted
            ],
        }
