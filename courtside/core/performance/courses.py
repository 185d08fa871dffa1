"""How promise tests went so far, by the evidence of one day after the other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

import pyarrow as pa

from courtside.contracts.scoring import Opponent
from courtside.core.performance.evidence_archive import recalibrated
from courtside.core.performance.losses import enough_rows
from courtside.core.recalibration import Course as RecalibratedCourse
from courtside.core.recalibration import RecalibratedDay
from courtside.core.sequential import DaySums, Outcome, outcome
from courtside.core.sequential import Sequence as Running

Key = tuple[str, str, str, str]
"""Champion, opponent, its version and the loss; a test that goes on across champions names no versions."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The evidence of one day for one test; see `EVIDENCE`."""

    version: str
    opponent: Opponent
    opponent_version: str | None
    loss: str
    day: date
    rows: int
    total: float
    scale: float
    error: float

    @property
    def key(self) -> Key:
        """Which test it belongs to."""
        if self.opponent is Opponent.BEST_PROMISE:
            return ("", self.opponent.value, "", self.loss)
        return (self.version, self.opponent.value, self.opponent_version or "", self.loss)

    def with_more(self, other: "Counted") -> "Counted":
        """Return the evidence of the day together with that of a newer champion of it."""
        rows = self.rows + other.rows
        scale, error = (
            (mine * self.rows + theirs * other.rows) / rows
            for mine, theirs in ((self.scale, other.scale), (self.error, other.error))
        )
        return replace(other, rows=rows, total=self.total + other.total, scale=scale, error=error)


@dataclass(frozen=True, slots=True)
class Course:
    """A test of a champion against an opponent, with its `newest` evidence.

    `scale` is the mean, over all rows, of the loss that the margin is a share of.
    """

    newest: Counted
    running: Running
    scale: float

    def outcome(self, margin: float) -> Outcome:
        """Say what it shows; `margin` is a share of the loss."""
        return outcome(self.running.interval(), margin=margin * self.scale)


def followed(courses: Iterable[Course], rows: Iterable[Mapping[str, Any]]) -> tuple[Course, ...]:
    """Return the courses after more evidence, given as rows of its archive about days that come after theirs.

    Days without rows are passed over. It makes no difference in how many parts the evidence is given.
    """
    found = {course.newest.key: course for course in courses}
    names = Counted.__dataclass_fields__
    counted = [_read({name: row[name] for name in names}) for row in rows if row["rows"]]
    counted.sort(key=lambda each: (each.key, each.day, place_of(each.version)))
    for key, of_test in groupby(counted, key=lambda each: each.key):
        found[key] = _followed(found.get(key), list(_by_day(of_test)))
    return tuple(found[key] for key in sorted(found))


def recalibrated_after(courses: Mapping[str, RecalibratedCourse], evidence: pa.Table) -> dict[str, RecalibratedCourse]:
    """Return how the recalibration of each champion went after more evidence, about days that come after theirs."""
    found = dict(courses)
    for row in recalibrated(evidence).to_pylist():
        if row["rows"]:
            figures = (row[name] for name in ("rows", "total", "weighed", "pairs", "ordered"))
            day = RecalibratedDay(row["day"], *figures)
            course = found.get(row["version"]) or RecalibratedCourse(_begun(row["loss"], row["scale"]))
            found[row["version"]] = course.extended([day])
    return found


def _read(row: dict[str, Any]) -> Counted:
    return Counted(**row | {"opponent": Opponent(row["opponent"])})


def _by_day(counted: Iterator[Counted]) -> Iterator[Counted]:
    for _, same_day in groupby(counted, key=lambda each: each.day):
        first, *more = same_day
        for each in more:
            first = first.with_more(each)
        yield first


def _followed(course: Course | None, days: Sequence[Counted]) -> Course:
    """Return a course after the evidence of later days; at least one is given."""
    if course is None:
        first = days[0]
        course = Course(first, _begun(first.loss, first.scale, error=first.error), first.scale)
    running, scale, waiting = course.running, course.scale, list[DaySums]()
    rows = running.rows
    for each in days:
        if each.error != running.offset_error:
            running, waiting = running.extended(waiting), []
            running = replace(running, offset_error=_mean(running.offset_error, rows, each.error, each.rows))
        if each.scale != scale:
            scale = _mean(scale, rows, each.scale, each.rows)
        waiting.append(DaySums(each.day, each.rows, each.total))
        rows += each.rows
    return Course(days[-1], running.extended(waiting), scale)


def _begun(loss: str, scale: float, *, error: float = 0.0) -> Running:
    return Running(offset_error=error, fewest_rows=enough_rows(loss, scale))


def _mean(mine: float, rows: int, other: float, other_rows: int) -> float:
    return (mine * rows + other * other_rows) / (rows + other_rows)


def place_of(version: str) -> tuple[int, str]:
    """Return where a version stands among those of a day, the newest last."""
    return (int(version) if version.isdecimal() else -1, version)
