"""What several successive windows showed together, as a report keeps it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

MOST_SEQUENCES = 1000
"""No rate is said more precisely: it was measured on about so many quiet sequences."""


@dataclass(frozen=True, slots=True)
class Successive:
    """A feature that drifted in the last `count` windows together, each of which moved the same `way`.

    `since` is the first day of the first of them; `windows` is how many windows of the history the p-value rests on,
    None of other nulls.
    """

    count: int
    since: date
    way: str
    effect: float | None
    p_adjusted: float | None
    windows: int | None

    @property
    def said(self) -> str:
        """One clause that says so."""
        known = min(MOST_SEQUENCES, self.windows or MOST_SEQUENCES)
        rare = max(1, min(known, int(1 / self.p_adjusted) if self.p_adjusted else known))
        return (
            f"each of the last {self.count} windows, since {self.since}, moved {self.way} a little: together that is "
            f"seen in fewer than 1 of {rare:,} quiet sequences"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "windows": self.count,
            "since": self.since.isoformat(),
            "way": self.way,
            "effect": self.effect,
            "p_adjusted": self.p_adjusted,
        }
