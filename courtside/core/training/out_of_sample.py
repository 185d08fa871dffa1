"""What a champion says of rows that it did not learn from, which alone may judge it.

A champion that was fitted on all rows has learned from the very rows that a later holdout may hold. Of those that it
was judged by itself, its training kept what the judged fit said before; rows that came later it has never seen. For any
other row nobody knows what it would have said.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.core.training.holdout import DAY, ID

NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Unseen:
    """Which rows of a holdout a champion never saw, or judged it before it did; shape (n,) each.

    `later` says which rows came after all that it learned from, `before` at which place among the rows that judged it
    a row stands, `NOWHERE` for any other row.
    """

    later: NDArray[np.bool_]
    before: NDArray[np.intp]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows the champion can be judged by."""
        return np.asarray(self.later | (self.before != NOWHERE))

    def of(self, now: NDArray[np.float64], before: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what counts as said of each row, shape (n, …): `now` of later ones, or `before`; else NaN."""
        said = np.full(now.shape, np.nan)
        said[self.later] = now[self.later]
        judged = ~self.later & (self.before != NOWHERE)
        said[judged] = before[self.before[judged]]
        return said


def out_of_sample(holdout: pa.Table, *, until: date, before: pa.Table) -> Unseen:
    """Say of each row of a holdout what a champion's prediction of it may be taken from.

    What it says now counts for rows after the day `until`, the last one that it learned from. `before` has `ID` and
    `DAY` of rows that judged it before it learned from them; of equal rows the first counts. A holdout whose rows have
    no ids is judged by those after `until` alone.
    """
    nowhere = np.full(holdout.num_rows, NOWHERE)
    if DAY not in holdout.column_names:
        return Unseen(np.zeros(holdout.num_rows, dtype=bool), nowhere)
    later: Any = pc.fill_null(pc.greater(_column(holdout, DAY), pa.scalar(until, pa.date32())), pa.scalar(False))
    is_later = later.to_numpy(zero_copy_only=False)
    if ID not in holdout.column_names:
        return Unseen(is_later, nowhere)
    places: Any = pc.index_in(_keys(holdout), value_set=_keys(before), skip_nulls=True)
    return Unseen(is_later, pc.fill_null(places, NOWHERE).to_numpy(zero_copy_only=False).astype(np.intp))


def _keys(table: pa.Table) -> Any:
    """Return what tells rows apart, null where a part of it is missing."""
    return pc.binary_join_element_wise(_column(table, DAY).cast(pa.string()), _column(table, ID).cast(pa.string()), " ")


def _column(table: pa.Table, name: str) -> Any:
    return table.column(name).combine_chunks()
