"""The challengers of a replay that were judged before, which later ones pay for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Attempt:
    """A challenger that was compared with a champion on rows from `holdout_since` up to the day before `as_of`."""

    champion: str
    holdout_since: date
    as_of: date

    def shares_rows(self, other: "Attempt") -> bool:
        """Tell whether another attempt was against the same champion, on rows of this one's holdout."""
        return self.champion == other.champion and self.holdout_since < other.as_of and other.holdout_since < self.as_of


def count_of(attempt: Attempt, earlier: Iterable[Attempt]) -> int:
    """Return the number of attempts that share luck with this one, itself included."""
    return 1 + sum(attempt.shares_rows(each) for each in earlier)
