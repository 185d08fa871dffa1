"""The target of a binary classification, however it is written."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.core.drift.columns import arrow
from courtside.core.tasks.errors import OneClassOnly, PositiveNeverOccurs, TargetNotBinary
from courtside.core.tasks.target import MOST_LETTERS, Value, is_text_or_number, kept, plain_column, sample, written
from courtside.core.tasks.types import MULTICLASS, REGRESSION


@dataclass(frozen=True, slots=True)
class Classes:
    """Which value of a target stands for class 1; every other value stands for class 0.

    `smaller` is the value of class 0 where class 1 is only the larger of two whole numbers other than 0 and 1;
    `other` is the value of class 0 however class 1 was chosen, None where no row has it.
    """

    target: str
    value: Any
    smaller: str | None = None
    other: Any = None

    @property
    def classes(self) -> tuple[Value, ...]:
        """The target's values for class 0 and class 1, as rows have them."""
        return (kept(self.other), kept(self.value))

    @property
    def positive(self) -> str:
        """The value of class 1 as text."""
        return written(self.value)

    def coded(self, table: pa.Table) -> pa.Table:
        """Return the table with the target as int8 0/1, null where a row has no label yet."""
        place, column = table.column_names.index(self.target), plain_column(table, self.target)
        if pa.types.is_null(column.type):
            return table.set_column(place, self.target, column.cast(pa.int8()))
        is_positive: Any = pc.equal(column, pa.scalar(self.value, column.type))
        return table.set_column(place, self.target, is_positive.cast(pa.int8()))


def classes_of(table: pa.Table, target: str, positive: str | None = None) -> Classes:
    """Return the classes of a target that has labels; `positive` is the value of class 1 as the contract writes it.

    Without it, class 1 is 1, true, or the larger of two whole numbers. Raises `TargetNotBinary`, and
    `PositiveNeverOccurs` if no row holds `positive`.
    """
    levels = _levels(table, target, positive)
    if not levels:
        raise TargetNotBinary(target, "has no value in any row")
    if positive is not None:
        named = _named(levels, target, positive)
        return Classes(target, named, other=next((level for level in levels if level != named), None))
    if len(levels) == 1 and levels[0] not in {0, 1}:
        raise TargetNotBinary(target, f"is {written(levels[0])} in every row")
    if len(levels) == 1:
        return Classes(target, type(levels[0])(1))
    return Classes(target, levels[1], smaller=None if levels == [0, 1] else written(levels[0]), other=levels[0])


def require_binary(table: pa.Table, target: str, positive: str | None = None) -> None:
    """Raise what `classes_of` raises unless the labels that are known fit a binary target; one class is enough."""
    levels = _levels(table, target, positive)
    if positive is not None and len(levels) > 1:
        _named(levels, target, positive)


def require_both(part: str, target: str, labels: NDArray[np.int8], *, among: NDArray[np.int8]) -> None:
    """Raise `OneClassOnly` unless the labels of a part are of both classes; `among` are those of all rows."""
    for absent in (0, 1):
        if not (labels == absent).any():
            raise OneClassOnly(part, target, absent=absent, elsewhere=int((among == absent).sum()), rows=len(among))


def _levels(table: pa.Table, target: str, positive: str | None) -> list[Any]:
    """Return the at most two values of a target in their order; raises `TargetNotBinary`."""
    column = plain_column(table, target)
    if not is_text_or_number(column.type):
        raise TargetNotBinary(target, f"is {arrow.type_name(column.type)}")
    levels = sorted(column.unique().drop_null().to_pylist())
    text, shown = arrow.is_text(column.type), sample(levels)
    if len(levels) > 2:
        kind = f"is {arrow.type_name(column.type)} with" if text else "has"
        others = (MULTICLASS,) if text else (MULTICLASS, REGRESSION)
        raise TargetNotBinary(target, f"{kind} {len(levels)} values ({shown})", tasks=others)
    if positive is None and text and levels:
        raise TargetNotBinary(
            target, f"is {arrow.type_name(column.type)} ({shown})", values=[written(level) for level in levels]
        )
    if positive is None and not all(math.isfinite(level) and level == round(level) for level in levels):
        raise TargetNotBinary(target, f"has values that are not whole numbers ({shown})", values=shown.split(", "))
    return levels


def _named(levels: list[Any], target: str, positive: str) -> Any:
    """Return the value that the contract calls `positive`; raises `PositiveNeverOccurs`."""
    found = [level for level in levels if _is_called(level, positive)]
    if not found:
        raise PositiveNeverOccurs(target, positive, [written(level)[:MOST_LETTERS] for level in levels])
    return found[0]


def _is_called(level: Any, name: str) -> bool:
    if isinstance(level, str):
        return level == name
    if isinstance(level, bool):
        return name.lower() in ({"true", "1"} if level else {"false", "0"})
    try:
        return written(level) == name or float(level) == float(name)
    except ValueError:
        return False
