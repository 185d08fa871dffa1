"""The target of a regression: a number in every row that has a label."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.drift.columns import arrow
from courtside.core.tasks.errors import TargetConstant, TargetUnusable
from courtside.core.tasks.target import Value, plain_column
from courtside.core.tasks.types import Truth

EXPECTED = "numbers"
LARGEST = 1e15
"""XGBoost adds up squares in single precision: of a few thousand rows with values above this it learns nothing."""
SMALLEST = 1e-150
"""The squares of smaller differences are 0 as floats, and so would be every RMSE."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A target whose values are numbers; its code is the value itself."""

    target: str

    @property
    def classes(self) -> tuple[Value, ...]:
        """There are none."""
        return ()

    @property
    def positive(self) -> str | None:
        """There is none."""
        return None

    def coded(self, table: pa.Table) -> pa.Table:
        """Return the table with the target as float64, null where a row has no label yet."""
        place, column = table.column_names.index(self.target), plain_column(table, self.target)
        return table.set_column(place, self.target, column.cast(pa.float64(), safe=False))


def numbers_of(table: pa.Table, target: str, positive: str | None = None) -> Numbers:
    """Return how a target of numbers is read; raises `TargetUnusable` and `TargetConstant`."""
    require_numbers(table, target, positive)
    limits: Any = pc.min_max(plain_column(table, target)).as_py()
    if limits["min"] is None:
        raise TargetUnusable(target, "has no value in any row", expected=EXPECTED)
    if limits["min"] == limits["max"]:
        raise TargetConstant(target, arrow.number_label(limits["min"]))
    spread = float(limits["max"]) - float(limits["min"])
    if spread < SMALLEST:
        expected = f"{EXPECTED} that differ by more than {SMALLEST:.0e}, for example in a smaller unit"
        raise TargetUnusable(target, f"differs by {spread:.4g} at most", expected=expected)
    return Numbers(target)


def require_numbers(table: pa.Table, target: str, positive: str | None = None) -> None:  # noqa: ARG001 — has no classes
    """Raise `TargetUnusable` unless the labels that are known are finite numbers of at most `LARGEST`."""
    column = plain_column(table, target)
    kind = column.type
    if pa.types.is_boolean(kind) or not (arrow.is_numeric(kind) or pa.types.is_null(kind)):
        raise TargetUnusable(target, f"is {arrow.type_name(kind)}", expected=EXPECTED)
    if pa.types.is_floating(kind):
        infinite = int(pc.sum(pc.is_inf(column)).as_py() or 0)
        if infinite:
            rows = f"{infinite:,} row{'s' * (infinite > 1)}"
            raise TargetUnusable(target, f"is infinite in {rows}", expected=f"{EXPECTED} that are finite")
    largest = float(np.abs(np.asarray(column.drop_null().cast(pa.float64(), safe=False))).max(initial=0.0))
    if largest > LARGEST:
        raise TargetUnusable(
            target,
            f"is up to {largest:.4g}",
            expected=f"{EXPECTED} between -1e15 and 1e15, for example in a larger unit",
        )


def require_varied(part: str, target: str, truth: Truth, *, among: Truth) -> None:  # noqa: ARG001 — any two values do
    """Raise `TargetConstant` unless the values of a part vary."""
    if not truth.size or np.ptp(truth) == 0:
        raise TargetConstant(target, "the same value", part=part)
