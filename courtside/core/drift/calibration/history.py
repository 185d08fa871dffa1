"""A reference's own history tells how quiet windows vary, and with which of its days a window is compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from courtside.core.dataset import Phase
from courtside.core.drift.calibration.blocks import Measure, measures, spreads
from courtside.core.drift.calibration.days import DayCounts, count_days
from courtside.core.drift.calibration.distance import Distance
from courtside.core.drift.calibration.groups import Groups
from courtside.core.drift.calibration.null import FeatureNull
from courtside.core.drift.calibration.phases import Phases
from courtside.core.drift.calibration.related import Direction, RelatedColumns, rising
from courtside.core.drift.calibration.reweighting import reweighted
from courtside.core.drift.calibration.steps import Years
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.arrow import Period
from courtside.core.drift.columns.column import Column
from courtside.core.drift.columns.rounding import Floats, Integers

if TYPE_CHECKING:
    from courtside.core.drift.calibration.homogeneity import NewestPart


@dataclass(frozen=True, eq=False)
class Calibration:
    """The null of each feature in order, the reference by month if phases matter, its years and its related columns.

    The profile keeps the related columns itself, because references without dates have them, too.
    """

    nulls: tuple[FeatureNull, ...]
    phases: Phases | None = None
    years: Years | None = None
    related: tuple[RelatedColumns, ...] = ()

    def weights(self, period: Period) -> Floats | None:
        """Return the share of each month's rows on the days of the year in a period, or None without phases."""
        return self.phases.weights(period) if self.phases else None

    def steps(self, weights: Floats | None) -> Sequence[tuple[float, ...]]:
        """Return each feature's effects from one year of the history to the next, with weighted months."""
        if self.years is None:
            return [() for _ in self.nulls]
        return self.years.steps([null.groups for null in self.nulls], weights)

    def comparable(self, columns: Sequence[Column], period: Period) -> tuple[tuple[Column, ...], int]:
        """Return columns and rows reweighted to the days of the year in a period, or unchanged without phases."""
        rows = self.phases.rows_on(period) if self.phases else 0
        if self.phases is None or rows == self.phases.rows.sum():
            return tuple(columns), columns[0].tally.rows
        wanted = self.phases.expected(period, [null.groups.size for null in self.nulls])
        parts = zip(columns, self.nulls, wanted, strict=True)
        return tuple(reweighted(column, null.groups, part, rows=rows) for column, null, part in parts), rows


def calibrate(
    tables: Sequence[Sequence[Column]],
    reference: arrow.Batches,
    *,
    history: arrow.Batches | None,
    time_column: str,
    phase: Phase | None,
    related: Callable[[], Sequence[RelatedColumns]] = tuple,
) -> tuple[list[Calibration], "NewestPart | None"]:
    """Calibrate sets of a reference's columns separately, on its own rows or on a longer history that includes them.

    All sets are counted in one pass. A reference that disagrees with itself is calibrated for its newest part, which is
    returned with the calibrations. `related` gives the related columns of the first set; it is called after counting.
    Raises `MissingColumns` or `WrongType` if the history lacks the time column.
    """
    from courtside.core.drift.calibration.homogeneity import newest_part  # a check never needs this import

    columns = [column for table in tables for column in table]
    groups = [Groups.of(column) for column in columns]
    mine = count_days(reference, columns, groups, time_column=time_column)
    past = mine if history is None else count_days(history, columns, groups, time_column=time_column)
    counts = [group.counts(column.cells) for group, column in zip(groups, columns, strict=True)]
    newest = newest_part(mine, _distances(groups, counts), phased=phase is not None)
    if newest is not None:
        mine, past = mine.since(newest.day), past.since(newest.day)
        counts = np.split(mine.counts.sum(axis=0), np.cumsum([group.size for group in groups])[:-1])
    found, first, start = [], 0, 0
    for table in tables:
        which = slice(first, first + len(table))
        own = groups[which]
        part = slice(start, start + sum(group.size for group in own))
        known = _Relatives(tables[0], () if first else related())
        found.append(_calibrated(own, counts[which], (mine.of(part), past.of(part)), phase, known))
        first, start = first + len(table), part.stop
    return found, newest


def _distances(groups: Sequence[Groups], counts: Sequence[Integers]) -> list[Distance]:
    return [Distance.of(count, ordered=group.ordered) for count, group in zip(counts, groups, strict=True)]


@dataclass(frozen=True, slots=True)
class _Relatives:
    """The related columns among some columns."""

    columns: Sequence[Column]
    related: Sequence[RelatedColumns]

    def measures(self, groups: Sequence[Groups], counts: Sequence[Integers]) -> list[Measure]:
        """Return what is measured of each set of related columns: their mean rank."""
        starts = np.cumsum([0, *(group.size for group in groups)])
        found = []
        for related in self.related:
            part = np.concatenate([np.arange(starts[place], starts[place + 1]) for place in related.places])
            signs = [
                sign * rising(self.columns[p], groups[p]) for p, sign in zip(related.places, related.signs, strict=True)
            ]
            found.append(Measure(part, Direction.along([counts[place] for place in related.places], signs)))
        return found


def _calibrated(
    groups: Sequence[Groups],
    counts: Sequence[Integers],
    days: tuple[DayCounts, DayCounts],
    phase: Phase | None,
    relatives: _Relatives,
) -> Calibration:
    mine, past = days
    each = measures(groups, _distances(groups, counts))
    found, of_related = spreads(past, each, relatives.measures(groups, counts), phased=phase is not None)
    nulls = tuple(FeatureNull(*parts) for parts in zip(groups, counts, map(tuple, found), strict=True))
    related = tuple(related.known_by(spread) for related, spread in zip(relatives.related, of_related, strict=True))
    return Calibration(nulls, None if phase is None else Phases.of(mine), Years.of(past, groups), related)
