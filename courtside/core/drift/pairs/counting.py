"""Counts a reference's pairs while something else reads its rows, so that they are not read once more."""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.column import Column
from courtside.core.drift.pairs.history import PairHistory
from courtside.core.drift.pairs.null import PairNull
from courtside.core.drift.pairs.scores import Scores
from courtside.core.drift.pairs.sums import PairSums
from courtside.core.drift.pairs.table import TablePairs


class PairCounter:
    """Counts the rows of a reference and those of its history, which may be the same."""

    def __init__(self, columns: Sequence[Column], *, time_column: str | None) -> None:
        scores = Scores.of(columns)
        self._columns = columns
        self._sums = PairSums.blank(scores)
        self._history = PairHistory(columns, scores, time_column=time_column)

    def reading_reference(self, batches: arrow.Batches) -> Iterator[pa.RecordBatch]:
        """Pass a reference's batches on, and count them."""
        for batch in arrow.record_batches(batches):
            self._sums += self._sums.counted(self._columns, batch)
            yield batch

    def reading_history(self, batches: arrow.Batches) -> Iterator[pa.RecordBatch]:
        """Pass a history's batches on, and count them by block of time; raises `NotATimeColumn`."""
        for batch in arrow.record_batches(batches):
            self._history.add(batch)
            yield batch

    def pairs(self) -> TablePairs:
        """Return the sums of the reference's rows that were read."""
        return TablePairs(self._sums)

    def null(self, *, since: int | None = None, phased: bool = False) -> PairNull:
        """Return what the history says about chance; `since` and `phased` as in `PairNull.of`."""
        return PairNull.of(self._history.blocks(), since=since, phased=phased)
