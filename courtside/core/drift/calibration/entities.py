"""Counts by entity: rows of one entity depend on each other, entities do not. Their number is bounded."""

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
from courtside.core.drift.columns.hashing import MOST_BITS, hashed, told_apart
from courtside.core.drift.columns.ordering import distinct
from courtside.core.drift.columns.rounding import Floats, Integers

MOST_ENTITIES, FEWEST_KEPT = 256, 32
"""The number of entities that are distinguished; any other shares a place with one of them, chosen by its hash."""
MOST_COUNTS = 2**22
"""The most counts in one table; one with hundreds of features distinguishes fewer entities, at least `FEWEST_KEPT`."""


@dataclass(frozen=True, eq=False)
class EntityCounts:
    """Counts of the groups of several columns side by side, by entity and, if phases matter, by month of the year.

    An entity is a combination of values of the columns `of`. The ascending `keys` consist of the last `bits` bits of an
    entity's hash, times 12, plus the month (0 if phases do not matter). `counts` has the shape (keys, groups of all
    `features`). Parts merge to the whole, whatever their order.
    """

    of: tuple[str, ...]
    features: tuple[str, ...]
    groups: tuple[Groups, ...]
    phased: bool
    bits: int
    keys: Integers
    counts: NDArray[np.int32] | Floats

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
        """Return the most entities that are distinguished, which depends only on the number of groups."""
        width = int(self.counts.shape[1]) * (MONTHS if self.phased else 1)
        return max(FEWEST_KEPT, min(MOST_ENTITIES, MOST_COUNTS // max(1, width)))

    @cached_property
    def parts(self) -> dict[str, slice]:
        """Return the slice of the counts that belongs to each feature."""
        ends = np.cumsum([group.size for group in self.groups]).tolist()
        return {
            name: slice(end - group.size, end)
            for name, group, end in zip(self.features, self.groups, ends, strict=True)
        }

    def counted(self, cells: BatchCells, columns: Mapping[str, Column], *, time_column: str | None) -> "EntityCounts":
        """Return the counts of one batch.

        All rows are left out if the batch lacks a column of `of`, or the times that their months need.
        """
        found = self._keys(cells, time_column)
        if found is None:
            return self.blanked()
        known = found >= 0
        apart, of_row = told_apart(found[known])
        bits = _bits(apart, self.most)  # shortened before counting, so that only a few places are counted
        keys, place = np.unique(_cut(apart, bits), return_inverse=True)
        mine = [columns[name] for name in self.features]
        counts = counts_by_place(cells, mine, self.groups, place=place[of_row], places=keys.size, known=known)
        return replace(self, bits=bits, keys=keys, counts=counts)

    def merge(self, other: "EntityCounts") -> "EntityCounts":
        """Add the rows of another part; the entities that are distinguished do not depend on how rows were cut."""
        bits = min(self.bits, other.bits)
        mine, theirs = self.coarsened(bits), other.coarsened(bits)
        keys = np.union1d(mine.keys, theirs.keys)
        counts = np.zeros((keys.size, self.counts.shape[1]), np.int32)
        for part in (mine, theirs):
            counts[np.searchsorted(keys, part.keys)] += part.counts.astype(np.int32, copy=False)
        return replace(self, bits=bits, keys=keys, counts=counts).coarsened(min(bits, _bits(keys, self.most)))

    def coarsened(self, bits: int) -> "EntityCounts":
        """Return the counts with the hashes shortened to `bits` bits."""
        if bits == self.bits:
            return self
        keys, place = np.unique(_cut(self.keys, bits), return_inverse=True)
        counts = np.zeros((keys.size, self.counts.shape[1]), np.int32)
        np.add.at(counts, place, self.counts)
        return replace(self, bits=bits, keys=keys, counts=counts)

    def weighted(self, share: Floats | None = None) -> tuple[Integers, Floats]:
        """Return the entities, ascending, and their counts with months weighted by `share` (None weighs all alike)."""
        entity, month = np.divmod(self.keys, MONTHS)
        counts = self.counts if share is None or not self.phased else self.counts * share[month, None]
        if not entity.size:
            return entity, counts.astype(np.float64)
        ids, starts = np.unique(entity, return_index=True)
        return ids, np.add.reduceat(counts, starts, axis=0, dtype=np.float64)

    def moved(self, changes: Mapping[str, Floats]) -> "EntityCounts":
        """Return fractional counts in which the shares of each feature's groups changed by so much in every entity."""
        counts = self.counts.astype(np.float64)
        for name, part in self.parts.items():
            counts[:, part] += counts[:, part].sum(axis=1, keepdims=True) * changes[name]
        return replace(self, counts=counts)

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
    """Return how many bits of the hashes keep at most `most` entities apart; these are all bits if there are few."""
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
    """Counts the rows of a reference by each kind of entity that its features name."""

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
        """Return the counts of each kind of entity that occurs in any row."""
        return tuple(table for table in self._tables if table.keys.size)


def _blank_tables(features: Sequence[Feature], columns: Mapping[str, Column], *, phased: bool) -> list[EntityCounts]:
    named = sorted((feature for feature in features if feature.entity), key=lambda feature: feature.entity)
    tables = []
    for of, members in groupby(named, key=lambda feature: feature.entity):
        names = tuple(member.name for member in members)
        groups = tuple(Groups.of(columns[name]) for name in names)
        tables.append(EntityCounts.blank(of, names, groups, phased=phased))
    return tables
