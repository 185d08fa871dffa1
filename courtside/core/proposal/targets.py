"""Which column a model might predict: one with two values, best one whose name or place says so."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import listed, quoted
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.kinds import words_of

NAMES = frozenset({"target", "label", "labels", "class", "outcome", "y", "response", "result"})
HAPPENINGS = frozenset(
    {
        *("churn", "churned", "default", "defaulted", "fraud", "fraudulent", "won", "win", "wins", "survived", "died"),
        *("dead", "death", "click", "clicked", "converted", "conversion", "cancelled", "canceled", "returned", "late"),
        *("bought", "purchased", "subscribed", "approved", "rejected", "left", "exited", "attrition", "diagnosis"),
        *("disease", "malignant", "failed", "failure", "spam", "delayed", "readmitted", "income", "paid"),
    }
)
POSITIVE = frozenset(
    {
        *("yes", "y", "true", "t", "1", "positive", "pos", "good", "won", "win", "w", "churned", "churn", "malignant"),
        *("fraud", "default", "died", "spam", "late", "failed", "yes."),
    }
)
FEWEST_OF_A_CLASS = 2


class NoTarget(BadInput):
    """No column of a table can be what a binary model predicts."""

    def __init__(self, table: str, columns: Sequence[str]) -> None:
        self.table = table
        super().__init__(
            f"no column of {table} has exactly two values, so none can be the target (it has {listed(columns)}); add a "
            "column that says of each row whether what you want to predict happened, for example 0 and 1"
        )


class TargetUnfit(BadInput):
    """The column that was named as the target does not have two values."""

    def __init__(self, column: str, found: str, candidates: Sequence[str]) -> None:
        self.column = column
        self.found = found
        self.candidates = tuple(candidates)
        named = f"name another with --target ({listed(candidates)} would do)" if candidates else "name another"
        super().__init__(
            f"column {quoted(column)} cannot be the target: {found}, and a target needs two; {named}, or add a "
            "column with two values, for example whether a number is over a limit"
        )


@dataclass(frozen=True, slots=True)
class Target:
    """A column with two values: the one that is class 1 with the share of its rows, and the other one.

    `stated` says whether a contract must name class 1, which goes without saying for 0/1 and truth values.
    """

    column: str
    positive: str
    negative: str
    share: float
    stated: bool
    score: int
    reason: str


def candidates(table: pa.Table, *, without: Collection[str]) -> list[Target]:
    """Return the columns that might be the target, the likeliest first."""
    names = [name for name in table.column_names if name not in without]
    found = [target for name in names if isinstance(target := target_of(table, name), Target)]
    return sorted(found, key=lambda target: (-target.score, -table.column_names.index(target.column)))


def target_of(table: pa.Table, column: str) -> Target | str:
    """Return a column as a target, or what is wrong with it."""
    kind = table.schema.field(column).type
    if pa.types.is_null(kind):
        return "it has no value in any row"
    if not (arrow.is_text(kind) or arrow.is_numeric(kind)):
        return f"it holds {arrow.type_name(kind)}"
    counts = _counts(table.column(column))
    if len(counts) != 2:
        return f"it has {len(counts):,} different value{'s' * (len(counts) != 1)}"
    levels = sorted(counts)
    positive = _positive(levels, counts)
    negative = next(level for level in levels if level != positive)
    score, reason = _score(table, column)
    stated = arrow.is_text(kind) or pa.types.is_dictionary(kind) or not _plain(levels)
    return Target(
        column, _written(positive), _written(negative), counts[positive] / sum(counts.values()), stated, score, reason
    )


def codes(table: pa.Table, target: Target) -> "pa.Array[Any]":
    """Return the target as int8 0 and 1, null where a row has no label; shape (rows,)."""
    column: Any = table.column(target.column)
    classes = {value: int(_written(value) == target.positive) for value in _counts(column)}
    return pa.array([classes.get(value) for value in column.to_pylist()], pa.int8())


def _counts(column: Any) -> dict[Any, int]:
    """Return the values with their counts; gaps and NaN are none."""
    counted: Any = pc.value_counts(column)
    values, counts = counted.field(0).to_pylist(), counted.field(1).to_pylist()
    pairs = zip(values, counts, strict=True)
    return {
        value: count for value, count in pairs if not (value is None or (isinstance(value, float) and isnan(value)))
    }


def _positive(levels: Sequence[Any], counts: dict[Any, int]) -> Any:
    """Return the value that is class 1: the larger number, the word for yes, or else the rarer text."""
    if not isinstance(levels[0], str):
        return levels[1]
    said = [level for level in levels if level.strip().lower() in POSITIVE]
    return said[0] if len(said) == 1 else min(reversed(levels), key=lambda level: counts[level])


def _plain(levels: Sequence[Any]) -> bool:
    return all(float(level).is_integer() for level in levels)


def _written(level: Any) -> str:
    if isinstance(level, bool):
        return str(level).lower()
    return level if isinstance(level, str) else arrow.number_label(level)


def _score(table: pa.Table, column: str) -> tuple[int, str]:
    words = set(words_of(column))
    if words & NAMES:
        return 4, "its name is that of a target, and it has two values"
    if words & HAPPENINGS:
        return 3, "its name says what happened, and it has two values"
    if column == table.column_names[-1]:
        return 2, "it is the last column, and has two values"
    if column == table.column_names[0]:
        return 1, "it is the first column, and has two values"
    return 0, "it has two values"
