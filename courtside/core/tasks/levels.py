"""The target of a classification of several classes: text, truth values or numbers, each value a class."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.drift.columns import arrow
from courtside.core.tasks.errors import ClassesUnknown, TargetConstant, TargetUnusable, TooManyClasses
from courtside.core.tasks.target import Value, is_text_or_number, kept, plain_column, written
from courtside.core.tasks.types import Truth

MOST_CLASSES = 100
"""A booster fits one tree a class in each round, so more classes take minutes where others take seconds."""


@dataclass(frozen=True, slots=True)
class Levels:
    """The values of a target, each of which is a class; its code is its place among `values`."""

    target: str
    values: tuple[Any, ...]

    @property
    def classes(self) -> tuple[Value, ...]:
        """The values as records keep them, in the order of their codes."""
        return tuple(map(kept, self.values))

    @property
    def positive(self) -> str | None:
        """There is none."""
        return None

    def coded(self, table: pa.Table) -> pa.Table:
        """Return the table with the target as int32 codes, null where a row has no label; raises `ClassesUnknown`."""
        place, column = table.column_names.index(self.target), plain_column(table, self.target)
        if pa.types.is_null(column.type):
            return table.set_column(place, self.target, column.cast(pa.int32()))
        codes = pc.index_in(column, value_set=pa.array(self.values, column.type))
        if codes.null_count > column.null_count:
            raise ClassesUnknown(self.target, [written(value) for value in _new(column, self.values)])
        return table.set_column(place, self.target, codes)

    def widened(self, table: pa.Table) -> Self:
        """Return these levels with those that only `table` has after them, so that known codes stay."""
        return replace(self, values=(*self.values, *_new(plain_column(table, self.target), self.values)))


def levels_of(table: pa.Table, target: str, positive: str | None = None) -> Levels:  # noqa: ARG001 — no class is "the" one
    """Return the sorted levels of a target; raises `TargetUnusable`, `TooManyClasses` and `TargetConstant`."""
    values = _values(table, target)
    if not values:
        raise TargetUnusable(target, "has no value in any row", expected="two or more classes")
    if len(values) == 1:
        raise TargetConstant(target, written(values[0]))
    return Levels(target, values)


def require_levels(table: pa.Table, target: str, positive: str | None = None) -> None:  # noqa: ARG001 — as above
    """Raise `TargetUnusable` or `TooManyClasses` unless the labels that are known can be classes; one is enough."""
    _values(table, target)


def require_several(part: str, target: str, truth: Truth, *, among: Truth) -> None:  # noqa: ARG001 — a class may be rare
    """Raise `TargetConstant` unless the codes of a part are of two classes at least."""
    if np.unique(truth).size < 2:
        raise TargetConstant(target, "the same class", part=part)


def _values(table: pa.Table, target: str) -> tuple[Any, ...]:
    column = plain_column(table, target)
    if not is_text_or_number(column.type):
        raise TargetUnusable(target, f"is {arrow.type_name(column.type)}", expected="text, whole numbers or booleans")
    values = sorted(column.unique().drop_null().to_pylist())
    if len(values) > MOST_CLASSES:
        numbers = not arrow.is_text(column.type)
        raise TooManyClasses(target, len(values), most=MOST_CLASSES, numbers=numbers)
    return tuple(values)


def _new(column: Any, known: tuple[Any, ...]) -> list[Any]:
    return sorted(set(column.unique().drop_null().to_pylist()) - set(known))
