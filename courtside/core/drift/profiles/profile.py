"""The profile: what drift detection needs to know about a table. It is counted once, and profiles can be merged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pyarrow as pa

from courtside.core.dataset import Role
from courtside.core.drift.calibration.entities import EntityCounts
from courtside.core.drift.calibration.history import Calibration
from courtside.core.drift.calibration.related import RelatedColumns
from courtside.core.drift.columns import arrow, moments
from courtside.core.drift.columns.cells import BatchCells
from courtside.core.drift.columns.column import Column, NumericColumn, merged_column
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.errors import MissingColumns, ProfileMismatch
from courtside.core.drift.pairs.table import TablePairs
from courtside.core.drift.profiles import serialization
from courtside.core.drift.profiles.segments import parts_of


@dataclass(frozen=True, eq=False)
class Newest:
    """The newest part of a reference that disagrees with itself.

    `moved` is how far (KS or total variation) each column moved that moved before this part.
    """

    profile: "Profile"
    moved: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Segment:
    """The rows in which `column` has the value `level`, on the grid of the whole table; 1, 1.0 and true are all "1"."""

    column: str
    level: str
    profile: "Profile"

    @property
    def name(self) -> str:
        """The column and its value, as programs name the segment."""
        return f"{self.column}={self.level}"


@dataclass(frozen=True, eq=False)
class Profile:
    """The summary of one table's feature columns on the grid of its reference.

    `period` is the first and last day of `time_column`, or None without one. `calibration` describes the chance in the
    table's history, or is None unless `fit` was asked for it. `outcomes` is a separate profile of the target and the
    prediction in the same rows, whose `roles` say which is which; nothing about the features depends on it. `newest` is
    the part of a calibrated reference that windows are compared with, or None if the whole reference agrees; the
    calibration then belongs to that part. `entities` are the counts by entity for features that name one, and `weights`
    are the weights of the months in a reference that was reweighted to a period. `pairs` tell how columns move
    together, or are None unless `fit` was asked to calibrate. `segments` are profiles of the rows by the values of the
    columns that `fit` was given; they have features only, and calibrations of their own. `related` are the columns of a
    calibrated reference that belong together. Two profiles are equal if all of their contents are.
    """

    columns: tuple[Column, ...]
    rows: int = 0
    time_column: str | None = None
    period: arrow.Period | None = None
    calibration: Calibration | None = None
    outcomes: "Profile | None" = None
    roles: tuple[Role, ...] = ()
    newest: Newest | None = None
    entities: tuple[EntityCounts, ...] = ()
    weights: Floats | None = None
    pairs: TablePairs | None = None
    segments: tuple[Segment, ...] = ()
    related: tuple[RelatedColumns, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by feature name, in the order of the features."""
        return {column.name: column for column in self.columns}

    @property
    def names(self) -> list[str]:
        """The names of all columns, with the outcomes last."""
        return [*self.by_name, *(self.outcomes.by_name if self.outcomes else ())]

    @property
    def columns_read(self) -> list[str]:
        """The columns that are read in order to count rows, except the time column."""
        entities = (name for table in self.entities for name in table.of)
        return list(dict.fromkeys((*self.names, *entities, *(each.column for each in self.segments))))

    def blank(self) -> "Profile":
        """Return the profile of an empty table on this grid, from which merging can start."""
        columns = tuple(column.blanked() for column in self.columns)
        outcomes = self.outcomes.blank() if self.outcomes else None
        entities = tuple(table.blanked() for table in self.entities)
        pairs = self.pairs.blank() if self.pairs else None
        return Profile(
            columns,
            0,
            self.time_column,
            outcomes=outcomes,
            roles=self.roles,
            entities=entities,
            pairs=pairs,
            segments=tuple(replace(each, profile=each.profile.blank()) for each in self.segments),
        )

    def summarize(self, batches: arrow.Batches) -> "Profile":
        """Count current rows on this grid in one pass, in memory that does not grow with the rows.

        A column that is missing or has the wrong type is counted as such, not refused, as long as one feature is there.
        Raises `DuplicateColumns`, `MissingColumns` without any feature, `WrongType` if the time column holds no times.
        """
        counter = ProfileCounter(self)
        for batch in arrow.record_batches(batches):
            counter.add(batch)
        return counter.profile()

    def merge(self, other: "Profile") -> "Profile":
        """Add the rows of another part that was counted on the same grid; the order of parts does not matter.

        The result is not calibrated, since a calibration is only valid for the reference it was computed with.
        Raises `ProfileMismatch` if the parts were not counted on the same grid.
        """
        if len(self.columns) != len(other.columns) or self.time_column != other.time_column:
            raise ProfileMismatch("they have different columns")
        if self.roles != other.roles or (self.outcomes is None) != (other.outcomes is None):
            raise ProfileMismatch("they have different outcomes")
        if [table.of for table in self.entities] != [table.of for table in other.entities]:
            raise ProfileMismatch("they have different entities")
        if (self.pairs is None) != (other.pairs is None):
            raise ProfileMismatch("only one of them has pairs of columns")
        return Profile(
            columns=tuple(
                merged_column(mine, theirs) for mine, theirs in zip(self.columns, other.columns, strict=True)
            ),
            rows=self.rows + other.rows,
            time_column=self.time_column,
            period=arrow.joined(self.period, other.period),
            outcomes=self.outcomes.merge(other.outcomes) if self.outcomes and other.outcomes else None,
            roles=self.roles,
            entities=tuple(mine.merge(theirs) for mine, theirs in zip(self.entities, other.entities, strict=True)),
            pairs=self.pairs.merge(other.pairs) if self.pairs and other.pairs else None,
            segments=merged_segments(self.segments, other.segments),
        )

    def comparable(self, period: arrow.Period | None, *, minimum_rows: int = 1) -> "Profile":
        """Return this reference or its newest part, reweighted by month to the days of the year in a period.

        It is not reweighted if its dataset names no phase or if it has fewer than `minimum_rows` rows on these days.
        """
        if self.newest is not None:
            return self.newest.profile.comparable(period, minimum_rows=minimum_rows)
        if self.calibration is None or period is None:
            return self
        columns, rows = self.calibration.comparable(self.columns, period)
        if rows < max(1, minimum_rows) or rows == self.rows:
            return self
        outcomes = self.outcomes.comparable(period) if self.outcomes else None
        return replace(self, columns=columns, rows=rows, outcomes=outcomes, weights=self.calibration.weights(period))

    def to_bytes(self) -> bytes:
        """Serialize compactly, with up to 4 KB for a numeric feature whatever the number of rows."""
        return serialization.packed(_content(self))

    @staticmethod
    def from_bytes(data: bytes) -> "Profile":
        """Read a serialized profile; raises `ProfileCorrupt` or `ProfileTooNew`."""
        return _profile(serialization.unpacked(data))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Profile) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def counted(self, batch: pa.RecordBatch) -> "Profile":
        """Return the profile of one batch on this grid."""
        cells, shared = BatchCells(batch), bool(self.entities or self.pairs)
        columns = tuple(_counted(column, cells, shared=shared) for column in self.columns)
        period = period_of(batch, self.time_column)
        outcomes = self.outcomes.counted(batch) if self.outcomes else None
        entities = tuple(table.counted(cells, self.by_name, time_column=self.time_column) for table in self.entities)
        pairs = self.pairs.counted(self.columns, cells) if self.pairs else None
        return Profile(
            columns,
            batch.num_rows,
            self.time_column,
            period,
            outcomes=outcomes,
            roles=self.roles,
            entities=entities,
            pairs=pairs,
            segments=counted_segments(self.segments, batch),
        )


def _content(profile: Profile) -> serialization.Content:
    return serialization.Content(
        columns=profile.columns,
        rows=profile.rows,
        time_column=profile.time_column,
        period=profile.period,
        calibration=profile.calibration,
        entities=profile.entities,
        outcomes=_content(profile.outcomes) if profile.outcomes else None,
        roles=profile.roles,
        newest=(_content(profile.newest.profile), profile.newest.moved) if profile.newest else None,
        pairs=profile.pairs,
        segments=tuple((each.column, each.level, _content(each.profile)) for each in profile.segments),
        related=profile.related,
    )


def _profile(content: serialization.Content) -> Profile:
    return Profile(
        columns=content.columns,
        rows=content.rows,
        time_column=content.time_column,
        period=content.period,
        calibration=content.calibration,
        entities=content.entities,
        outcomes=_profile(content.outcomes) if content.outcomes else None,
        roles=content.roles,
        newest=Newest(_profile(content.newest[0]), content.newest[1]) if content.newest else None,
        pairs=content.pairs,
        segments=tuple(Segment(column, level, _profile(part)) for column, level, part in content.segments),
        related=content.related,
    )


def counted_segments(segments: Sequence[Segment], batch: pa.RecordBatch) -> tuple[Segment, ...]:
    """Return the segments of one batch."""
    parts = parts_of(batch, [(each.column, each.level) for each in segments])
    return tuple(
        replace(each, profile=each.profile.counted(rows) if rows.num_rows else each.profile.blank())
        for each, rows in zip(segments, parts, strict=True)
    )


def merged_segments(mine: Sequence[Segment], theirs: Sequence[Segment]) -> tuple[Segment, ...]:
    """Add the rows of another part; raises `ProfileMismatch` if the segments differ."""
    if [each.name for each in mine] != [each.name for each in theirs]:
        raise ProfileMismatch("they have different segments")
    return tuple(
        replace(one, profile=one.profile.merge(other.profile)) for one, other in zip(mine, theirs, strict=True)
    )


class ProfileCounter:
    """Adds batches up to a profile on a reference's grid."""

    def __init__(self, reference: Profile) -> None:
        self._reference = reference
        self._columns: dict[str, None] = {}
        self._counted: Profile | None = None

    @property
    def counted(self) -> Profile:
        """The profile of all batches so far, even if they had none of the columns."""
        return self._reference.blank() if self._counted is None else self._counted

    def add(self, batch: pa.RecordBatch) -> None:
        """Count one batch; raises `DuplicateColumns`, and `WrongType` if the time column holds no times."""
        found = self._reference.counted(batch)
        self._counted = found if self._counted is None else self._counted.merge(found)
        self._columns.update(dict.fromkeys(batch.schema.names))

    def profile(self) -> Profile:
        """Return the profile of all batches; raises `MissingColumns` if no batch had any feature."""
        found = self.counted
        if found.rows and all(column.tally.absent == found.rows for column in found.columns):
            raise MissingColumns(list(found.by_name), list(self._columns))
        return found


def period_of(batch: pa.RecordBatch, time_column: str | None) -> arrow.Period | None:
    """Return the first and last day of a batch, or None without a time column or without days in it."""
    return None if time_column is None else moments.period(arrow.column(batch, time_column), time_column)


def _counted(column: Column, cells: BatchCells, *, shared: bool) -> Column:
    """Count one column from the cells of its rows if something else needs these too, or else faster without them."""
    rows = cells.batch.num_rows
    if not shared:
        return column.counted(arrow.column(cells.batch, column.name), rows=rows)
    array = cells.array(column.name)
    if isinstance(column, NumericColumn):
        return column.counted(array, rows=rows, cells=cells.of(column))
    return column.counted(array, rows=rows)
