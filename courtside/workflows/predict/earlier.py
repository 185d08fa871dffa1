"""What was predicted of rows before, as far as it decides whether they are predicted again.

A row is predicted again if its features are others than before, or its time: a game that moved to another day has to be
judged with the games of that day. What was predicted in hindsight matters only to rounds that do so themselves.
"""

from datetime import date, timedelta
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

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]
_COLUMNS = ("id", "time", "version", "role", "features_hash", "revision", HINDSIGHT)
_NO_TIME = -(2**63)


class Earlier:
    """The newest features and time of each row that a version has predicted in a role, up to a day.

    `times` are those of the rows now, and rows are known by their place among `ids`; others are forgotten. Of champions
    only the last one has predicted a row. The order is that of days and of the files of a day, never that of a clock.
    """

    def __init__(
        self, ids: Any, times: Any, *, log: ArchiveLog, since: date | None, as_of: date, in_hindsight: bool
    ) -> None:
        self._ids = ids
        self._times = _hashes_of(times)
        self._in_hindsight = in_hindsight
        self._newest: dict[tuple[str, str], tuple[Mask, Hashes]] = {}
        self._revisions: dict[str, NDArray[np.int32]] = {}
        self._of_today: set[int] = set()
        for day, numbers in log.days(since, shifted(as_of, timedelta(days=1))).items():
            if day == as_of:
                self.add(Since(log, day, numbers))
                continue
            for number in numbers:
                self._add(log.read(day, number, columns=_COLUMNS), today=False)

    def add(self, since: Since) -> None:
        """Take in what was written as of the day and was not seen yet."""
        for number in since.numbers:
            if number not in self._of_today:
                self._add(since.log.read(since.day, number, columns=_COLUMNS), today=True)
                self._of_today.add(number)

    def changed(self, version: str, role: Role, places: Places, hashes: Hashes) -> Mask:
        """Return which of the rows at `places` this version has not predicted in this role as they are now.

        `hashes` are those of their features.
        """
        if (version, role.value) not in self._newest:
            return np.ones(places.size, bool)
        known, newest = self._newest[version, role.value]
        found: Mask = ~known[places] | (newest[places] != hashes ^ self._times[places])
        return found

    def revisions(self, version: str, places: Places) -> NDArray[np.int32]:
        """Return how many predictions of the rows at `places` this version has made as of the day."""
        return self._revisions.get(version, np.zeros(len(self._ids), np.int32))[places]

    def _add(self, table: pa.Table, *, today: bool) -> None:
        table = table if self._in_hindsight else without_hindsight(table)
        places: Any = pc.index_in(table.column("id"), value_set=self._ids)
        table = table.append_column("place", places).filter(places.is_valid())
        for pair in table.group_by(["version", "role"], use_threads=False).aggregate([]).to_pylist():
            version, role = str(pair["version"]), str(pair["role"])
            alike: Any = pc.and_(
                pc.equal(table["version"], pa.scalar(version)), pc.equal(table["role"], pa.scalar(role))
            )
            mine = table.filter(alike)
            at = mine["place"].to_numpy()
            if role == Role.CHAMPION:
                self._forget_champions(at)
            known, newest = self._newest.setdefault((version, role), self._nothing())
            known[at] = True
            newest[at] = read_back(mine["features_hash"]) ^ _hashes_of(mine["time"])
            if today:
                made = self._revisions.setdefault(version, np.zeros(len(self._ids), np.int32))
                np.maximum.at(made, at, mine["revision"].to_numpy())

    def _forget_champions(self, at: Places) -> None:
        """Forget what champions said of rows that another one has predicted; one that is champion again says it anew.

        Otherwise the version that it replaced would go on to count for these rows.
        """
        for (_, role), (known, _) in self._newest.items():
            if role == Role.CHAMPION:
                known[at] = False

    def _nothing(self) -> tuple[Mask, Hashes]:
        return np.zeros(len(self._ids), bool), np.zeros(len(self._ids), np.uint64)


def _hashes_of(times: Any) -> Hashes:
    microseconds = times.cast(pa.int64()).fill_null(_NO_TIME)
    return hashed(np.asarray(microseconds).astype(np.int64).view(np.uint64))
