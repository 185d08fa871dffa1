"""The profile: what drift needs to know of a table, counted once and mergeable."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from courtside.core.dataset import Feature
from courtside.core.drift import arrow, serialization
from courtside.core.drift.columns import CategoryColumn, Column, NumericColumn
from courtside.core.drift.errors import MissingColumns, ProfileMismatch
from courtside.core.drift.survey import Survey


@dataclass(frozen=True, eq=False)
class Profile:
    """Summary of one table's feature columns on the grid of its reference.

    `period` is the first and last day of `time_column`, None where there is none. Two profiles are equal when all they
    hold is.
    """

    columns: tuple[Column, ...]
    rows: int = 0
    time_column: str | None = None
    period: arrow.Period | None = None

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by feature name, in the features' order."""
        return {column.name: column for column in self.columns}

    def blank(self) -> "Profile":
        """Return the profile of an empty table on this grid: what merging starts from."""
        return Profile(tuple(column.blanked() for column in self.columns), 0, self.time_column, None)

    def summarize(self, batches: arrow.Batches) -> "Profile":
        """Count current rows on this grid in one pass, in memory that does not grow with the rows.

        A column that is missing or has the wrong type is accounted for, not refused, as long as one feature is there.
        Raises `DuplicateColumns`, `MissingColumns` when no feature is there, `WrongType` for an odd time column.
        """
        total: Profile | None = None
        names: dict[str, None] = {}
        for batch in arrow.record_batches(batches):
            part = self.counted(batch)
            total = part if total is None else total.merge(part)
            names.update(dict.fromkeys(batch.schema.names))
        if total is None:
            return self.blank()
        if total.rows and all(column.tally.absent == total.rows for column in total.columns):
            raise MissingColumns([column.name for column in self.columns], list(names))
        return total

    def merge(self, other: "Profile") -> "Profile":
        """Add the rows of another part counted on the same grid (associative, commutative).

        Raises `ProfileMismatch` if the parts were not counted on the same grid.
        """
        if len(self.columns) != len(other.columns) or self.time_column != other.time_column:
            raise ProfileMismatch("they have different columns")
        return Profile(
            columns=tuple(_merged(mine, theirs) for mine, theirs in zip(self.columns, other.columns, strict=True)),
            rows=self.rows + other.rows,
            time_column=self.time_column,
            period=arrow.joined(self.period, other.period),
        )

    def to_bytes(self) -> bytes:
        """Serialize compactly: about 3 KB a numeric feature."""
        return serialization.packed(serialization.Content(self.columns, self.rows, self.time_column, self.period))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Profile":
        """Read a serialized profile; raises `ProfileCorrupt` or `ProfileTooNew`."""
        content = serialization.unpacked(data)
        return cls(content.columns, content.rows, content.time_column, content.period)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Profile) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def counted(self, batch: pa.RecordBatch) -> "Profile":
        """Return the profile of one batch on this grid; `summarize` merges these."""
        period = None
        if self.time_column is not None:
            period = arrow.period(arrow.column(batch, self.time_column), self.time_column)
        columns = tuple(
            column.counted(arrow.column(batch, column.name), rows=batch.num_rows) for column in self.columns
        )
        return Profile(columns, batch.num_rows, self.time_column, period)


def fit(batches: arrow.Batches, features: Sequence[Feature], *, time_column: str | None = None) -> Profile:
    """Fit the grid on a reference and count its rows on it: two passes over the batches.

    Deciles, atoms and counts are exact; above 262,144 rows the edges come from a sample of the rows that does not
    depend on the batching. An iterator is kept in memory, anything that can be iterated twice is not. Raises
    `MissingColumns`, `DuplicateColumns`, `WrongType`, `EmptyWindow`, `AllMissing` or `NotBinary`.
    """
    repeatable = arrow.repeatable(batches)
    survey = Survey(features)
    for batch in arrow.record_batches(repeatable):
        survey.add(batch)
        if time_column is not None and arrow.column(batch, time_column) is None:
            raise MissingColumns([time_column], batch.schema.names)
    return Profile(survey.blank_columns(), 0, time_column).summarize(repeatable)


def _merged(mine: Column, theirs: Column) -> Column:
    if isinstance(mine, NumericColumn) and isinstance(theirs, NumericColumn):
        return mine.merge(theirs)
    if isinstance(mine, CategoryColumn) and isinstance(theirs, CategoryColumn):
        return mine.merge(theirs)
    raise ProfileMismatch(f"column {mine.name!r} is {mine.kind} in one and {theirs.kind} in the other")
