"""What a contract says about the rhythm of its model."""

from dataclasses import dataclass
from datetime import timedelta

from courtside.core.rhythm.seasons import PartOfYear

LEAST_PATIENCE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class WatchRhythm:
    """How a model is watched.

    `every` is the time between two rounds, `window` the newest days that a round looks at, `season` the parts of the
    year in which rows are expected (none: an off-season is known from the year before), `overdue` how late rows may be
    before people are told (None: see `patience`).
    """

    every: timedelta = timedelta(days=1)
    window: timedelta = timedelta(days=30)
    season: tuple[PartOfYear, ...] = ()
    overdue: timedelta | None = None

    @property
    def patience(self) -> timedelta:
        """How late rows may be: what the contract says, or two rounds and at least 14 days."""
        return self.overdue or max(LEAST_PATIENCE, 2 * self.every)
