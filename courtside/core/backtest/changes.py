"""How soon a policy answers changes that are known, and how often it acts while nothing changes.

The first act in the time of a change answers it, a change without one is missed, and an act outside the time of every
change is false. These are the delay to detection, the missed detections and the false alarms by which A. Bifet,
"Classifier Concept Drift Detection and the Illusion of Progress" (ICAISC, 2017) compares detectors. Acts by a calendar
count like any others: they answer every change after half of their interval on average, and nearly all are false.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean
from typing import Any

PATIENCE = timedelta(days=90)
"""For how long after a change is complete an act still counts as an answer to it."""


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

    `delays` has the days from the beginning of each change to the first act in its time, None where it was missed;
    `false` counts the acts while nothing changed, and `quiet_days` the days on which they could have happened.
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
        changes: what is known to have changed, in order. The time of each goes from its beginning until `patience`
            after its end, or until the next one begins. One that began before the replay is not judged.
        since: the first day of the replay; the training with which it began is no act.
        until: the day after its last one.
        patience: for how long after a change was complete an act still answers it.

    Raises:
        ChangesOverlap: if a change begins before the one in front of it is complete.
    """
    days = sorted(day for day in acts if since <= day < until)
    times = _times(changes, until=until, patience=patience)
    judged = [(begins, ends) for begins, ends in times if since <= begins < until]
    firsts = [next((day for day in days if begins <= day < ends), None) for begins, ends in judged]
    delays = tuple(None if day is None else (day - time[0]).days for day, time in zip(firsts, judged, strict=True))
    false = sum(not any(begins <= day < ends for begins, ends in times) for day in days)
    busy = sum(max(0, (ends - max(begins, since)).days) for begins, ends in times)
    return Answers(delays, false, (until - since).days - busy)


def _times(changes: Sequence[KnownChange], *, until: date, patience: timedelta) -> list[tuple[date, date]]:
    """Return the first day of the time of each change and the day after its last one."""
    for change in changes:
        if change.ends < change.begins:
            raise ChangesOverlap(change.begins, change.ends)
    for first, second in pairwise(changes):
        if second.begins <= first.begins or second.begins < first.ends:
            raise ChangesOverlap(first.begins, second.begins)
    nexts = [*(change.begins for change in changes[1:]), until]
    return [
        (change.begins, min(change.ends + patience, following, until))
        for change, following in zip(changes, nexts, strict=False)  # one more where nothing changes
    ]
