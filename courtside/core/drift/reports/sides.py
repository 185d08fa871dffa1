"""The two sides of a comparison: how many rows each had, from which days, and of which part of the reference."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from courtside.core.drift.columns.arrow import Period


@dataclass(frozen=True, slots=True)
class Side:
    """How many rows one side had, and from which days (None where the table has no time column)."""

    rows: int
    period: Period | None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form: rows, first day, last day."""
        start, end = (day.isoformat() for day in self.period) if self.period else (None, None)
        return {"rows": self.rows, "start": start, "end": end}


@dataclass(frozen=True, slots=True)
class NewestPart:
    """Since when a reference that disagrees with itself is of one piece; only that part was compared with.

    `whole` is all of the reference, and `moved` says by how much (KS or total variation) columns moved before.
    """

    since: date
    whole: Side
    moved: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"since": self.since.isoformat(), "whole_reference": self.whole.to_dict(), "moved": dict(self.moved)}
