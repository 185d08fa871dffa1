"""Target and prediction are profiled if present. Labels may arrive late, so their absence never fails a check."""

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from courtside.core.dataset import Feature, FeatureKind, Outcome, Role
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.column import CategoryColumn, Column
from courtside.core.drift.columns.kinds import inferred_kind
from courtside.core.drift.columns.tally import NO_ROWS, Tally
from courtside.core.drift.errors import AllMissing, WrongType
from courtside.core.drift.profiles.survey import BINARY_LEVELS, Survey


class OutcomeSurvey:
    """Collects the values of a reference's outcomes; absent columns are skipped."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        self._columns = [(outcome.role, _ColumnSurvey(outcome.name, outcome.kind)) for outcome in outcomes]

    def add(self, batch: pa.RecordBatch) -> None:
        """Read one batch; raises `DuplicateColumns`."""
        for _, column in self._columns:
            column.add(batch)

    @property
    def whole(self) -> bool:
        """Whether every value was kept, so that `columns` are counted."""
        return all(column.whole for _, column in self._columns)

    def columns(self) -> tuple[tuple[Role, Column], ...]:
        """Return the outcomes that have usable values, with their roles; they are counted if `whole`."""
        found = ((role, survey.column()) for role, survey in self._columns)
        return tuple((role, column) for role, column in found if column is not None)


class _ColumnSurvey:
    """Collects one outcome, whose kind follows from its values where the contract's task does not say it."""

    def __init__(self, name: str, kind: FeatureKind | None) -> None:
        self._name = name
        self._kind = kind
        self._survey: Survey | None = None
        self._fits = True
        self._gaps = NO_ROWS
        self._dtypes: set[str] = set()

    def add(self, batch: pa.RecordBatch) -> None:
        array, rows = arrow.column(batch, self._name), batch.num_rows
        if array is None:
            self._gaps += Tally(rows=rows, absent=rows)
            return
        self._dtypes.add(arrow.type_name(array.type))
        if array.null_count == rows or not self._fits:
            self._gaps += Tally(rows=rows, null=rows)
            return
        if self._survey is None:
            self._kind = self._kind or inferred_kind(array)
            # A later batch may hold a third level, so 0/1 is surveyed as categories.
            levelled = self._kind is not FeatureKind.NUMERIC
            self._survey = Survey([Feature(self._name, FeatureKind.CATEGORICAL if levelled else FeatureKind.NUMERIC)])
        try:
            self._survey.add(batch)
        except WrongType:
            self._fits = False

    @property
    def whole(self) -> bool:
        return self._survey is None or self._survey.whole

    def column(self) -> Column | None:
        if self._survey is None or not self._fits:
            return None
        try:
            (column,) = self._survey.columns()
        except AllMissing:
            return None
        column = replace(column, tally=column.tally + self._gaps, dtypes=frozenset(self._dtypes))
        if isinstance(column, CategoryColumn) and self._kind is FeatureKind.BINARY:
            return replace(column, kind=FeatureKind.BINARY if len(column.levels) <= BINARY_LEVELS else column.kind)
        return column
