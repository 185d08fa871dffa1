"""The two sides of a comparison: how many rows each had, from which days, and from which part of the reference."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from courtside.core.drift.columns.arrow import Period


@dataclass(frozen=True, slots=True)
class Side:
    """The number of rows of one side and their days, which are None if the table has no time column."""

    rows: int
    period: Period | None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form: rows, first day, last day."""
        start, end = (day.isoformat() for day in self.period) if self.period else (None, None)
        return {"rows": self.rows, "start": start, "end": end}


@dataclass(frozen=True, slots=True)
class NewestPart:
    """The first day of a reference's newest homogeneous part, which is the only part that was compared.

    `whole` is the whole reference, and `moved` is how far (KS or total variation) columns had moved before that day.
    """

    since: date
    whole: Side
    moved: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"since": self.since.isoformat(), "whole_reference": self.whole.to_dict(), "moved": dict(self.moved)}
