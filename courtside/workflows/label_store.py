"""The labels in the lake: an archive of days, to which only what is news is added."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.archive_schemas import LABELS
from courtside.core.labels.believed import Whole
from courtside.core.labels.standing import Standing
from courtside.workflows.archive_log import MOST_ROWS, ArchiveLog, Since

_COLUMNS = ("id", "label", "source", "revision")

Place = tuple[date, int]
"""Day and number of a file of the store; they sort as what the files say comes after one another."""


def places_of(log: ArchiveLog, start: date | None = None) -> list[Place]:
    """Return the files of the store from a day on, in their order."""
    return [(day, number) for day, numbers in log.days(start).items() for number in numbers]


def open_day(day: date, places: Sequence[Place]) -> date:
    """Return the day to which labels are added: the one that is asked for, unless the store is further already.

    What was believed on a day never changes once labels of a later day are there, even if a clock is behind.
    """
    return max([day, *(each for each, _ in places[-1:])])


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source says of rows, each id once: a label, or null if it knows none any more.

    `newest` is what the files say that were read, `own` what those of them say that are of this source.
    """

    source: str
    ids: Any
    labels: Any
    newest: Standing = field(init=False)
    own: Standing = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "newest", Standing(self.ids))
        object.__setattr__(self, "own", Standing(self.ids))

    def read(self, log: ArchiveLog, places: Sequence[Place]) -> None:
        """Take in files of the store."""
        for day, number in places:
            self._take_in(log.read(day, number, columns=_COLUMNS))

    def news(self) -> Whole:
        """Return the places of those labels that differ from the newest ones."""
        return self.newest.news(self.labels)

    def add_to(self, log: ArchiveLog, day: date, wanted: Callable[[], Whole], *, now: datetime) -> None:
        """Add those labels of the wanted places that the store does not have of this source.

        `wanted` is asked after everything that the store has was taken in. Raises `LogBusy` and `LogDamaged`.
        """

        def news(since: Since) -> pa.Table:
            for table in since:
                self._take_in(table)
            places = np.intersect1d(wanted(), self.own.news(self.labels))
            return self._rows(places[:MOST_ROWS], day, now=now)

        while log.append(day, news) is not None:
            pass

    def _take_in(self, table: pa.Table) -> None:
        self.newest.read(table, np.ones(table.num_rows, bool))
        self.own.read(table, np.asarray(pc.equal(table.column("source"), pa.scalar(self.source))))

    def _rows(self, places: Any, day: date, *, now: datetime) -> pa.Table:
        at = pa.array(places, pa.int64())
        columns = {
            "id": self.ids.take(at),
            "label": self.labels.take(at),
            "known_on": pa.repeat(pa.scalar(day, pa.date32()), len(at)),
            "recorded_at": pa.repeat(pa.scalar(now, LABELS.field("recorded_at").type), len(at)),
            "source": pa.repeat(self.source, len(at)),
            "revision": pa.array(self.own.revisions[places] + 1, pa.int32()),
        }
        return pa.table(columns).cast(LABELS)
