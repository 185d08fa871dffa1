"""A profile keeps for a table how its columns move together."""

from collections.abc import Sequence
from dataclasses import dataclass

from courtside.core.drift.columns.cells import BatchCells
from courtside.core.drift.columns.column import Column
from courtside.core.drift.pairs.null import PairNull
from courtside.core.drift.pairs.sums import PairSums


@dataclass(frozen=True, eq=False, slots=True)
class TablePairs:
    """The sums over a table's rows and, for a reference, the variances by chance that its history shows."""

    sums: PairSums
    null: PairNull | None = None

    def blank(self) -> "TablePairs":
        """Return the sums of no rows, from which merging can start."""
        return TablePairs(PairSums.blank(self.sums.scores))

    def counted(self, columns: Sequence[Column], cells: BatchCells) -> "TablePairs":
        """Return the sums of one batch."""
        return TablePairs(self.sums.counted(columns, cells))

    def merge(self, other: "TablePairs") -> "TablePairs":
        """Add the rows of another part and drop the null, which holds for one of them; raises `ProfileMismatch`."""
        return TablePairs(self.sums + other.sums)
