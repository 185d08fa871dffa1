"""This counts the pairs of a reference, and those of its history by block of time."""

from collections.abc import Sequence

from courtside.core.drift.columns.cells import BatchCells
from courtside.core.drift.columns.column import Column
from courtside.core.drift.pairs.history import PairHistory
from courtside.core.drift.pairs.null import PairNull
from courtside.core.drift.pairs.scores import Scores
from courtside.core.drift.pairs.sums import PairSums
from courtside.core.drift.pairs.table import TablePairs


class PairCounter:
    """Counts the rows of a reference and the rows of its history, which may be the same rows."""

    def __init__(self, columns: Sequence[Column], *, time_column: str | None) -> None:
        scores = Scores.of(columns)
        self._columns = columns
        self._sums = PairSums.blank(scores)
        self._history = PairHistory(columns, scores, time_column=time_column)

    def add_reference(self, cells: BatchCells) -> None:
        """Count one batch of the reference."""
        self._sums += self._sums.counted(self._columns, cells)

    def add_history(self, cells: BatchCells) -> None:
        """Count one batch of the history; raises `NotATimeColumn`."""
        self._history.add(cells)

    def pairs(self) -> TablePairs:
        """Return the sums of the rows of the reference that were counted so far."""
        return TablePairs(self._sums)

    def null(self, *, since: int | None = None, phased: bool = False) -> PairNull:
        """Return the variances by chance that the history shows; `since` and `phased` are as in `PairNull.of`."""
        return PairNull.of(self._history.blocks(), since=since, phased=phased)
