"""Counts by entity: rows of one entity hang together, entities do not. Their number is bounded, and parts add up."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from courtside.core.dataset import Feature
from courtside.core.drift.calibration.calendar import MONTH_OF_DAY, MONTHS, years_and_days
from courtside.core.drift.calibration.days import NO_DAY, counts_by_place, days_of
from courtside.core.drift.calibration.groups import Groups
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.cells import BatchCells
from courtside.core.drift.columns.column import Column
from courtside.core.drift.columns.hashing import hashed, told_apart
from courtside.core.drift.columns.ordering import distinct
from courtside.core.drift.columns.rounding import Floats, Integers

MOST_ENTITIES, FEWEST_KEPT = 256, 32
"""How many entities are told apart; the others share a place with one of these, by the hash of their names."""
MOST_COUNTS = 2**22
"""Counts held by one table; one of hundreds of features tells fewer entities apart, but at least `FEWEST_KEPT`."""
MOST_BITS = 40


@dataclass(frozen=True, eq=False)
class EntityCounts:
    """Counts of some columns' groups, side by side, by entity and, where phases matter, by month of the year.

    An entity is a combination of values of the columns `of`. `keys` ascend: the last `bits` bits of the entity's hash,
    times 12, plus the month (0 where phases do not matter). `counts` has the shape (keys, groups of all `features`).
    """

    of: tuple[str, ...]
    features: tuple[str, ...]
    groups: tuple[Groups, ...]
    phased: bool
    bits: int
    keys: Integers
    counts: NDArray[np.int32]

    @classmethod
    def blank(
        cls, of: tuple[str, ...], features: tuple[str, ...], groups: tuple[Groups, ...], *, phased: bool
    ) -> "EntityCounts":
        """Return the counts of no rows."""
        width = sum(group.size for group in groups)
        return cls(of, features, groups, phased, MOST_BITS, np.zeros(0, np.int64), np.zeros((0, width), np.int32))

    def blanked(self) -> "EntityCounts":
        """Return the same table without rows."""
        return self.blank(self.of, self.features, self.groups, phased=self.phased)

    @property
    def most(self) -> int:
        """How many entities are told apart at most, which follows from the number of groups alone."""
        width = int(self.counts.shape[1]) * (MONTHS if self.phased else 1)
        return max(FEWEST_KEPT, min(MOST_ENTITIES, MOST_COUNTS // max(1, width)))

    @cached_property
    def parts(self) -> dict[str, slice]:
        """Which of the counts are each feature's."""
        ends = np.cumsum([group.size for group in self.groups]).tolist()
        return {
            name: slice(end - group.size, end)
            for name, group, end in zip(self.features, self.groups, ends, strict=True)
        }

    def counted(self, cells: BatchCells, columns: Mapping[str, Column], *, time_column: str | None) -> "EntityCounts":
        """Return one batch's counts; rows are left out if the batch lacks a column of `of`, or the month they need."""
        found = self._keys(cells, time_column)
        if found is None:
            return self.blanked()
        known = found >= 0
        apart, of_row = told_apart(found[known])
        bits = _bits(apart, self.most)  # before counting, so that few places are counted
        keys, place = np.unique(_cut(apart, bits), return_inverse=True)
        mine = [columns[name] for name in self.features]
        counts = counts_by_place(cells, mine, self.groups, place=place[of_row], places=keys.size, known=known)
        return replace(self, bits=bits, keys=keys, counts=counts)

    def merge(self, other: "EntityCounts") -> "EntityCounts":
        """Add another part's rows. Which entities are told apart depends on all of them, not on how they were cut."""
        bits = min(self.bits, other.bits)
        mine, theirs = self.coarsened(bits), other.coarsened(bits)
        keys = np.union1d(mine.keys, theirs.keys)
        counts = np.zeros((keys.size, self.counts.shape[1]), np.int32)
        for part in (mine, theirs):
            counts[np.searchsorted(keys, part.keys)] += part.counts
        return replace(self, bits=bits, keys=keys, counts=counts).coarsened(min(bits, _bits(keys, self.most)))

    def coarsened(self, bits: int) -> "EntityCounts":
        """Return the counts with only so many bits of the hashes."""
        if bits == self.bits:
            return self
        keys, place = np.unique(_cut(self.keys, bits), return_inverse=True)
        counts = np.zeros((keys.size, self.counts.shape[1]), np.int32)
        np.add.at(counts, place, self.counts)
        return replace(self, bits=bits, keys=keys, counts=counts)

    def weighted(self, share: Floats | None = None) -> tuple[Integers, Floats]:
        """Return the entities, ascending, and their counts with months weighted by `share` (None: all alike)."""
        entity, month = np.divmod(self.keys, MONTHS)
        counts = self.counts if share is None or not self.phased else self.counts * share[month, None]
        if not entity.size:
            return entity, counts.astype(np.float64)
        ids, starts = np.unique(entity, return_index=True)
        return ids, np.add.reduceat(counts, starts, axis=0, dtype=np.float64)

    def _keys(self, cells: BatchCells, time_column: str | None) -> Integers | None:
        total = np.zeros(cells.batch.num_rows, np.uint64)
        for name in self.of:
            found = cells.hashes(name)
            if found is None:
                return None
            total = hashed(total ^ found)
        ids = (total & np.uint64((1 << MOST_BITS) - 1)).astype(np.int64) * MONTHS
        if not self.phased:
            return ids
        time = None if time_column is None else arrow.column(cells.batch, time_column)
        if time is None or time_column is None:
            return None
        day = days_of(time, time_column)
        month = MONTH_OF_DAY[years_and_days(np.where(day == NO_DAY, 0, day))[1]]
        return np.where(day == NO_DAY, -1, ids + month)


def _bits(keys: Integers, most: int) -> int:
    """Return how many bits of the hashes keep the entities within `most`: all of them if these are few."""
    ids = keys // MONTHS
    if _different(ids) <= most:
        return MOST_BITS
    return bisect_right(range(MOST_BITS + 1), most, key=lambda bits: _different(ids & ((1 << bits) - 1))) - 1


def _different(numbers: Integers) -> int:
    return int(np.count_nonzero(distinct(np.sort(numbers)))) if numbers.size else 0


def _cut(keys: Integers, bits: int) -> Integers:
    entity, month = np.divmod(keys, MONTHS)
    found: Integers = (entity & ((1 << bits) - 1)) * MONTHS + month
    return found


class EntityCounter:
    """Counts a reference's rows by each kind of entity that its features name."""

    def __init__(
        self, features: Sequence[Feature], columns: Mapping[str, Column], *, time_column: str | None, phased: bool
    ) -> None:
        self._columns, self._time_column = columns, time_column
        self._tables = _blank_tables(features, columns, phased=phased and time_column is not None)

    def add(self, cells: BatchCells) -> None:
        """Count one batch."""
        counted = (table.counted(cells, self._columns, time_column=self._time_column) for table in self._tables)
        self._tables = [table.merge(part) for table, part in zip(self._tables, counted, strict=True)]

    def tables(self) -> tuple[EntityCounts, ...]:
        """Return the counts of each kind of entity that any row has."""
        return tuple(table for table in self._tables if table.keys.size)


def _blank_tables(features: Sequence[Feature], columns: Mapping[str, Column], *, phased: bool) -> list[EntityCounts]:
    named = sorted((feature for feature in features if feature.entity), key=lambda feature: feature.entity)
    tables = []
    for of, members in groupby(named, key=lambda feature: feature.entity):
        names = tuple(member.name for member in members)
        groups = tuple(Groups.of(columns[name]) for name in names)
        tables.append(EntityCounts.blank(of, names, groups, phased=phased))
    return tables
