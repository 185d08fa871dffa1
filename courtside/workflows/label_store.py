"""The labels in the lake: an archive of days, to which only what is news is added."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts import lake_keys
from courtside.core.archive_schemas import LABELS
from courtside.core.dataset import Dataset
from courtside.core.labels.standing import Standing
from courtside.core.rows.sorting_out import Mask
from courtside.workflows.archive_log import MOST_ROWS, ArchiveLog, Since
from courtside.workflows.ports import Lake

_COLUMNS = ("id", "label", "source", "revision")

Place = tuple[date, int]
"""Day and number of a file of the store; they sort as what the files say comes after one another."""


def label_log(dataset: Dataset, *, lake: Lake) -> ArchiveLog:
    """Return the archive of a model's labels."""
    return ArchiveLog(lake, lake_keys.labels(dataset.name), LABELS)


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

    `known` is what the store said when the statement was begun, `own` what it has of this source by now.
    """

    source: str
    ids: Any
    labels: Any
    known: Standing = field(init=False)
    own: Standing = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", Standing(self.ids))
        object.__setattr__(self, "own", Standing(self.ids))

    def read(self, log: ArchiveLog, places: Sequence[Place], *, after: Place | None) -> None:
        """Take in files of the store; only those up to `after` were there when the statement was begun."""
        for day, number in places:
            table = log.read(day, number, columns=_COLUMNS)
            if after is not None and (day, number) <= after:
                self.known.read(table, np.ones(table.num_rows, bool))
            self.own.read(table, self._is_own(table))

    def add_to(self, log: ArchiveLog, day: date, *, wanted: Mask, now: datetime) -> None:
        """Add the wanted labels that the store does not have of this source; raises `LogBusy` and `LogDamaged`."""

        def news(since: Since) -> pa.Table:
            for table in since:
                self.own.read(table, self._is_own(table))
            places = self.own.news(self.labels)
            return self._rows(places[wanted[places]][:MOST_ROWS], day, now=now)

        while log.append(day, news) is not None:
            pass

    def _is_own(self, table: pa.Table) -> Mask:
        return np.asarray(pc.equal(table.column("source"), pa.scalar(self.source)))

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
