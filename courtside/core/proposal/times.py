"""Which column says when each row happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.shortening import listed
from courtside.core.drift.columns import moments
from courtside.core.drift.columns.kinds import NoFeature, Use, words_of
from courtside.core.drift.errors import TimeOutOfRange, WrongType
from courtside.core.drift.reading.formats.times import Clock

NOT_OF_THE_ROW = frozenset({"birth", "born", "birthday", "dob", "expiry", "expires", "expiration", "due"})
"""A time that is called so says something about the row, not when it happened."""
LATER = frozenset({"updated", "modified", "deleted", "closed", "end", "ended", "until", "last"})
"""A time that is called so is written after the row happened, perhaps long after."""


@dataclass(frozen=True, slots=True)
class TimeGuess:
    """The time column, None where there is none, and why; `others` says of the other times why they are not it."""

    column: str | None
    reason: str
    others: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Candidate:
    column: str
    rank: tuple[bool, bool, int]
    in_order: bool


def guessed_time(table: pa.Table, unfit: Mapping[str, NoFeature]) -> TimeGuess:
    """Choose among the columns of times; `unfit` are the table's columns that are no features.

    A column without gaps counts first: then one not written later, one in whose order the rows are, and the one with
    the most moments.
    """
    candidates: list[_Candidate] = []
    others: dict[str, str] = {}
    for column in [name for name, why in unfit.items() if why.use is Use.TIME]:
        found = _looked_at(column, table.column(column))
        if isinstance(found, str):
            others[column] = found
        else:
            candidates.append(found)
    if not candidates:
        return TimeGuess(None, "no column says when each row happened", others)
    best = max(candidates, key=lambda each: each.rank)
    rest = [each.column for each in candidates if each is not best]
    others |= dict.fromkeys(rest, f"it holds times, but {best.column} is the time column")
    order = ", and the rows are in its order" if best.in_order else ""
    among = f"of the columns of times ({listed([best.column, *rest])}) it fits best" if rest else "it alone holds times"
    return TimeGuess(best.column, f"{among}{order}", others)


def _looked_at(column: str, values: Any) -> _Candidate | str:
    """Return the column as a candidate, or why it is none."""
    words = set(words_of(column))
    if words & NOT_OF_THE_ROW:
        return "by its name it does not say when the row happened"
    if values.null_count:
        return f"it holds times, but none in {values.null_count:,} of {len(values):,} rows"
    try:
        times = Clock(column).read(_array(values))
        moments.period(times, column)
    except (WrongType, TimeOutOfRange) as error:
        return f"it seems to hold times, but cannot be the time column: {error}"
    different = len(pc.unique(times))
    if different < 2:
        return "it holds the same time in every row"
    in_order = bool(pc.all(pc.less_equal(times.slice(0, len(times) - 1), times.slice(1))).as_py())
    return _Candidate(column, (not words & LATER, in_order, different), in_order)


def _array(values: Any) -> Any:
    found = values.combine_chunks()
    return pa.concat_arrays(found.chunks) if isinstance(found, pa.ChunkedArray) and found.num_chunks else found
