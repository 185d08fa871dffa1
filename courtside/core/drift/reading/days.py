"""A range of days, which may have no start or no end."""

from dataclasses import dataclass
from datetime import date

from courtside.contracts.errors import BadInput


class DaysInvalid(BadInput):
    """A range of days ends before it starts."""

    def __init__(self, start: date, end: date) -> None:
        self.start = start
        self.end = end
        super().__init__(
            f"the date range from {start} to {end} is empty: the end (not included) must be after the start"
        )


@dataclass(frozen=True, slots=True)
class Days:
    """The days in [start, end), where None means no limit on that side."""

    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise DaysInvalid(self.start, self.end)

    @property
    def unlimited(self) -> bool:
        """Tell whether every day lies in the range."""
        return self.start is None and self.end is None

    def meets(self, other: "Days") -> bool:
        """Tell whether the ranges have a day in common."""
        starts = [day for day in (self.start, other.start) if day is not None]
        ends = [day for day in (self.end, other.end) if day is not None]
        return not starts or not ends or max(starts) < min(ends)


ALL_DAYS = Days()
