"""A report keeps the story as trends, onsets and groups."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from courtside.contracts.shortening import shortened

FEW_ROWS = 100
"""With fewer rows than this, a policy would not judge them."""


@dataclass(frozen=True, slots=True)
class Onset:
    """The first day of the sub-window in which the drift began, and whether it had passed by the window's end."""

    day: date
    passed: bool


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One feature in one sub-window [start, end).

    `rows` are usable rows; `mean` and `median` are those of a number, and `share` is the share of rows with the trend's
    level. `effect` is the KS statistic against the reference, or the Jensen-Shannon distance for levels. Without rows,
    all values except `rows` are None.
    """

    start: date
    end: date
    rows: int
    mean: float | None
    median: float | None
    share: float | None
    effect: float | None

    @property
    def few(self) -> bool:
        """Tell whether it has some rows, but too few to be judged by themselves."""
        return 0 < self.rows < FEW_ROWS

    @property
    def value(self) -> float | None:
        """Return the value that a chart of the trend shows: the mean of a number or the share of a level."""
        return self.share if self.mean is None else self.mean

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "rows": self.rows,
            "mean": self.mean,
            "median": self.median,
            "share": self.share,
            "effect": self.effect,
        }


@dataclass(frozen=True, slots=True)
class Trend:
    """One feature by sub-window, in order of time.

    `level` is the level whose share is followed (the one that moved most), or None for numbers and for "any other
    value". `onset` is None if the feature does not drift or there is only one sub-window.
    """

    points: tuple[TrendPoint, ...]
    level: str | None
    onset: Onset | None

    @property
    def began(self) -> date | None:
        """Return the first day of the sub-window in which the drift of the feature began."""
        return self.onset.day if self.onset else None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "level": None if self.level is None else shortened(self.level),
            "began": self.began.isoformat() if self.began else None,
            "passed": self.onset.passed if self.onset else None,
            "points": [point.to_dict() for point in self.points],
        }


@dataclass(frozen=True, slots=True)
class Group:
    """Drifted features that form one story; the first one moved most.

    `effect` is the largest effect of its features, `headline` is one plain sentence, and `onset` is that of all
    together. `p_together` is the p-value of the columns that belong together, which all of these do, or None.
    """

    features: tuple[str, ...]
    headline: str
    onset: Onset | None
    effect: float | None
    p_together: float | None = None

    @property
    def began(self) -> date | None:
        """Return the first day of the sub-window in which the features began to drift together."""
        return self.onset.day if self.onset else None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "features": list(self.features),
            "headline": self.headline,
            "began": self.began.isoformat() if self.began else None,
            "passed": self.onset.passed if self.onset else None,
            "effect": self.effect,
            **({} if self.p_together is None else {"p_together": self.p_together}),
        }
