"""What was predicted of rows before, as far as it decides whether they are predicted again.

A row is predicted again if its features are others than before, or its time: a game that moved to another day has to be
judged with the games of that day. What was predicted in hindsight matters only to rounds that do so themselves.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.contracts.days import shifted
from courtside.contracts.scoring import Role
from courtside.core.drift.columns.hashing import Hashes, hashed
from courtside.core.predictions.features_hash import read_back
from courtside.core.predictions.hindsight import HINDSIGHT, without_hindsight
from courtside.workflows.archive_log import ArchiveLog, Since
from courtside.workflows.predict.apart import Apart, Room
from courtside.workflows.predict.gathered import Gathered
from courtside.workflows.reading_ahead import ahead

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]
_COLUMNS = ("id", "time", "as_of", "version", "role", "features_hash", "revision", HINDSIGHT)
_NO_TIME = -(2**63)
_AT_ONCE = 4
"""So many files are read at once: each is whole in memory until it is looked at."""


@dataclass
class History:
    """What the store says up to a day, and what others add to that day while it is predicted, apart as the rows are.

    `said` is filled by `of`, and has `_COLUMNS`; files that this round writes itself are not taken in, because it
    predicts no row twice.
    """

    log: ArchiveLog
    as_of: date
    in_hindsight: bool
    said: Apart
    only: Any = None
    """The ids of the rows where they are in one part; others are forgotten."""
    _seen: set[int] = field(default_factory=set)

    @classmethod
    def of(
        cls, log: ArchiveLog, *, since: date | None, as_of: date, in_hindsight: bool, rows: Gathered, room: Room
    ) -> "History":
        """Read the files of the days from `since` to `as_of`, several at once."""
        if rows.ids is not None:  # what is said of rows that fit into memory does so too
            room = Room(room.folder, sys.maxsize)
        history = cls(log, as_of, in_hindsight, Apart(room, rows.apart.parts), rows.ids)
        days = log.days(since, shifted(as_of, timedelta(days=1)))
        history._take((day, number) for day, numbers in days.items() for number in numbers)
        return history

    def add(self, since: Since) -> None:
        """Take in the files of the day that others have written."""
        self._take((since.day, number) for number in since.numbers if number not in self._seen)

    def wrote(self) -> None:
        """Note that this round has written the next file of the day, after all that were taken in."""
        self._seen.add(max(self._seen, default=0) + 1)

    def _take(self, files: Iterable[tuple[date, int]]) -> None:
        for (day, number), table in ahead(self._read, files, at_once=_AT_ONCE):
            if table.num_rows:
                self.said.add(table, table.column("id").combine_chunks())
            if day == self.as_of:
                self._seen.add(number)

    def _read(self, file: tuple[date, int]) -> pa.Table:
        table = self.log.read(*file, columns=_COLUMNS)
        table = table if self.in_hindsight else without_hindsight(table)
        return table if self.only is None else table.filter(pc.is_in(table.column("id"), value_set=self.only))


@dataclass
class Earlier:
    """The newest features and time of each row that a version has predicted in a role, up to a day.

    `moments` are hashes of the rows' times now. Rows are known by their place among `ids`; others are forgotten. Of
    champions only the last one has predicted a row. The order is that of days and of the files of a day, never that of
    a clock.
    """

    ids: Any
    moments: Hashes
    history: History
    part: int
    read_to: int = 0
    newest: dict[tuple[str, str], tuple[Mask, Hashes]] = field(default_factory=dict)
    made: dict[str, NDArray[np.int32]] = field(default_factory=dict)

    @classmethod
    def known(cls, ids: Any, times: Any, *, history: History, part: int) -> "Earlier":
        """Return what the history says of rows of a part."""
        found = cls(ids, _hashes_of(times), history, part)
        found.refresh()
        return found

    def of(self, places: Places) -> "Earlier":
        """Return the same of only the rows at `places`, which are known by their places among these from then on."""
        return Earlier(
            self.ids.take(pa.array(places, pa.int64())),
            self.moments[places],
            self.history,
            self.part,
            self.read_to,
            {speaker: (known[places], newest[places]) for speaker, (known, newest) in self.newest.items()},
            {version: made[places] for version, made in self.made.items()},
        )

    def refresh(self) -> None:
        """Take in what the history says by now and did not say before."""
        tables, self.read_to = self.history.said.read(self.part, self.read_to)
        for table in tables:
            self._add(table)

    def changed(self, version: str, role: Role, places: Places, hashes: Hashes) -> Mask:
        """Return which of the rows at `places` this version has not predicted in this role as they are now.

        `hashes` are those of their features.
        """
        if (version, role.value) not in self.newest:
            return np.ones(places.size, bool)
        known, newest = self.newest[version, role.value]
        found: Mask = ~known[places] | (newest[places] != hashes ^ self.moments[places])
        return found

    def revisions(self, version: str, places: Places) -> NDArray[np.int32]:
        """Return how many predictions of the rows at `places` this version has made as of the day."""
        return self.made.get(version, np.zeros(len(self.ids), np.int32))[places]

    def _add(self, table: pa.Table) -> None:
        places: Any = pc.index_in(table.column("id"), value_set=self.ids)
        table = table.append_column("place", places).filter(places.is_valid())
        for start, end in _runs(table):
            self._add_run(table.slice(start, end - start))

    def _add_run(self, mine: pa.Table) -> None:
        """Take in what one version said in one role."""
        version, role = str(mine["version"][0]), str(mine["role"][0])
        at = mine["place"].to_numpy()
        if role == Role.CHAMPION:
            self._forget_champions(at)
        known, newest = self.newest.setdefault((version, role), self._nothing())
        known[at] = True
        newest[at] = read_back(mine["features_hash"]) ^ _hashes_of(mine["time"])
        of_the_day = np.asarray(pc.equal(mine["as_of"], pa.scalar(self.history.as_of)))
        made = self.made.setdefault(version, np.zeros(len(self.ids), np.int32))
        np.maximum.at(made, at[of_the_day], mine["revision"].to_numpy()[of_the_day])

    def _forget_champions(self, at: Places) -> None:
        """Forget what champions said of rows that another one has predicted; one that is champion again says it anew.

        Otherwise the version that it replaced would go on to count for these rows.
        """
        for (_, role), (known, _) in self.newest.items():
            if role == Role.CHAMPION:
                known[at] = False

    def _nothing(self) -> tuple[Mask, Hashes]:
        return np.zeros(len(self.ids), bool), np.zeros(len(self.ids), np.uint64)


def _runs(table: pa.Table) -> Iterator[tuple[int, int]]:
    """Yield start and end of the rows that follow one another and are of one version in one role."""
    if not table.num_rows:
        return
    joined: Any = pc.binary_join_element_wise
    speaker = joined(table["role"], table["version"], " ").combine_chunks().dictionary_encode().indices.to_numpy()
    starts = [0, *(np.flatnonzero(np.diff(speaker)) + 1).tolist(), table.num_rows]
    yield from pairwise(starts)


def _hashes_of(times: Any) -> Hashes:
    microseconds = times.cast(pa.int64()).fill_null(_NO_TIME)
    return hashed(np.asarray(microseconds).astype(np.int64).view(np.uint64))
