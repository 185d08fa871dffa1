"""What a champion says of rows that it did not learn from, which alone may judge it.

A champion that was fitted on all rows has learned from the very rows that a later holdout may hold. Of those that it
was judged by itself, its training kept what the judged fit said before; rows that came later it has never seen. For any
other row nobody knows what it would have said.
"""

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.training.holdout import DAY, ID

SAID = "said"


def out_of_sample(holdout: pa.Table, said: Any, *, until: date, before: pa.Table) -> Any:
    """Return the probability of each row of a holdout by a model that never saw it, null where there is none.

    `said` are those of the champion now, shape (n,), which count for rows after the day `until`, the last one that it
    learned from. `before` has `ID`, `DAY` and `SAID` of rows that judged it before it learned from them; of equal
    rows the first counts. A holdout whose rows have no ids is judged by those after `until` alone.
    """
    now = pa.array(said, pa.float64())
    if DAY not in holdout.column_names:
        return pa.nulls(holdout.num_rows, pa.float64())
    later = pc.fill_null(pc.greater(_column(holdout, DAY), pa.scalar(until, pa.date32())), pa.scalar(False))
    known: Any = pa.nulls(holdout.num_rows, pa.float64())
    if ID in holdout.column_names:
        places: Any = pc.index_in(_keys(holdout), value_set=_keys(before), skip_nulls=True)
        known = _column(before, SAID).take(places)
    return pc.if_else(later, now, known)


def _keys(table: pa.Table) -> Any:
    """Return what tells rows apart, null where a part of it is missing."""
    return pc.binary_join_element_wise(_column(table, DAY).cast(pa.string()), _column(table, ID).cast(pa.string()), " ")


def _column(table: pa.Table, name: str) -> Any:
    return table.column(name).combine_chunks()
