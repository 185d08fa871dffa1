"""How soon a policy answers changes that are known, and how often it acts while nothing changes.

The first act after a change answers it, however late, unless the next change comes before; a change without an answer
is missed. Acts that neither answer a change nor follow it within `PATIENCE` are false. These are the delay to
detection, the missed detections and the false alarms by which A. Bifet, "Classifier Concept Drift Detection and the
Illusion of Progress" (ICAISC, 2017) compares detectors. Acts by a calendar count like any others: they answer every
change after half of their interval on average, and nearly all are false.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean
from typing import Any

PATIENCE = timedelta(days=90)
"""For how long after a change is complete further acts are about it as well: a model learns as new rows come."""


class ChangesOverlap(ValueError):
    """A change begins before the one in front of it is complete, or is complete before it begins."""

    def __init__(self, first: date, second: date) -> None:
        self.first, self.second = first, second
        super().__init__(f"known changes must follow one another, but {second} comes after {first} in the list")


@dataclass(frozen=True, slots=True)
class KnownChange:
    """A change of a stream: `begins` is the first day with rows of the new concept, `ends` the first with no others.

    Both are one day where the change is sudden.
    """

    begins: date
    ends: date

    @classmethod
    def sudden(cls, day: date) -> "KnownChange":
        """Return a change that is complete on the day on which it begins."""
        return cls(day, day)


@dataclass(frozen=True, slots=True)
class Answers:
    """How a policy answered the changes of a stream.

    `delays` has the days from the beginning of each change to the first act after it, None where it was missed;
    `false` counts the acts about no change, and `quiet_days` the days on which an act would have been one of them.
    """

    delays: tuple[int | None, ...]
    false: int
    quiet_days: int

    @property
    def missed(self) -> int:
        """How many changes were never answered."""
        return self.delays.count(None)

    @property
    def delay(self) -> float | None:
        """The mean days of the changes that were answered, None where none was."""
        known = [days for days in self.delays if days is not None]
        return fmean(known) if known else None

    def as_dict(self, acts: str = "retrains") -> dict[str, Any]:
        """Return the JSON form, in which `acts` names what was counted, like ``retrains`` or ``alerts``."""
        return {
            "delay": None if self.delay is None else round(self.delay, 1),
            "delays": list(self.delays),
            "missed": self.missed,
            f"false_{acts}": self.false,
            "quiet_days": self.quiet_days,
        }


def answers(
    acts: Iterable[date],
    changes: Sequence[KnownChange],
    *,
    since: date,
    until: date,
    patience: timedelta = PATIENCE,
) -> Answers:
    """Return how the acts of a policy, its trainings or its alerts, answer the changes of a stream.

    Args:
        acts: the days on which the policy acted, in any order; those outside the replay are left out.
        changes: what is known to have changed, in order. One that began before the replay is not judged.
        since: the first day of the replay; the training with which it began is no act.
        until: the day after its last one.
        patience: for how long after a change is complete further acts are about it as well.

    Raises:
        ChangesOverlap: if a change begins before the one in front of it is complete.
    """
    _require_order(changes)
    days = sorted(day for day in acts if since <= day < until)
    delays: list[int | None] = []
    times: list[tuple[date, date]] = []
    for number, change in enumerate(changes):
        following = min((each.begins for each in changes[number + 1 :]), default=until)
        answer = next((day for day in days if change.begins <= day < following), None)
        if since <= change.begins < until:
            delays.append(None if answer is None else (answer - change.begins).days)
        answered = following if answer is None else answer + timedelta(days=1)
        times.append((change.begins, min(max(answered, change.ends + patience), following, until)))
    false = sum(not any(begins <= day < ends for begins, ends in times) for day in days)
    busy = sum(max(0, (ends - max(begins, since)).days) for begins, ends in times)
    return Answers(tuple(delays), false, (until - since).days - busy)


def _require_order(changes: Sequence[KnownChange]) -> None:
    for change in changes:
        if change.ends < change.begins:
            raise ChangesOverlap(change.begins, change.ends)
    for first, second in pairwise(changes):
        if second.begins <= first.begins or second.begins < first.ends:
            raise ChangesOverlap(first.begins, second.begins)
