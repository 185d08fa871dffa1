"""What a person accepted as the new normal, as a report keeps it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from courtside.contracts.shortening import shortened


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepted which window [start, end) as the new normal, when and why, and what now moves as accepted.

    `subjects` are names of features, of segments (as `column=level`) and of statistics of the whole table.
    """

    by: str
    on: date
    start: date
    end: date
    note: str = ""
    subjects: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """One clause that says so; of an address of AWS only the person's name is told."""
        who = self.by.rpartition("/")[2] if self.by.startswith("arn:") else self.by
        return f"as accepted on {self.on} by {shortened(who)}"

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "by": self.by,
            "on": self.on.isoformat(),
            "window": {"start": self.start.isoformat(), "end": self.end.isoformat()},
            "note": self.note,
            "subjects": list(self.subjects),
        }
