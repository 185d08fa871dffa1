"""What the values of a column are to a model that predicts them: two classes, several classes, or numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.shortening import listed, shortened
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.kinds import words_of
from courtside.core.tasks import BINARY, MULTICLASS, REGRESSION, TargetUnusable, task_of
from courtside.core.tasks.levels import MOST_CLASSES
from courtside.core.tasks.target import written

POSITIVE = frozenset(
    {
        *("yes", "y", "true", "t", "1", "positive", "pos", "good", "won", "win", "w", "churned", "churn", "malignant"),
        *("fraud", "default", "died", "spam", "late", "failed", "yes."),
    }
)
AMOUNTS = frozenset(
    {
        *("count", "counts", "number", "num", "quantity", "qty", "amount", "sum", "total", "sales", "demand", "units"),
        *("price", "cost", "revenue", "orders", "visits", "minutes", "hours", "days", "age", "score", "points"),
    }
)
"""Whole numbers of such a name are counted or measured, however few of them differ."""
CLASSES = frozenset({"label", "labels", "class", "classes", "category", "type", "kind", "species"})
"""Whole numbers of such a name stand for classes, if few of them differ, wherever they begin."""
MOST_NUMBERED = 20
"""Classes that are written as numbers are hardly more."""
MOST_SHARES = 5


@dataclass(frozen=True, slots=True)
class TargetValues:
    """The values of a target as its task sees them; `reason` says why it is this task.

    Of two classes `positive` is class 1, which `share` of the labelled rows have, and `negative` class 0; `stated` says
    whether a contract must name class 1, which goes without saying for 0/1 and truth values. `shares` are those of
    several classes, in the order of their values; `span` is the least, the median and the greatest of numbers.
    """

    task: str
    reason: str
    positive: str | None = None
    negative: str | None = None
    share: float | None = None
    stated: bool = False
    shares: tuple[tuple[str, float], ...] = ()
    span: tuple[float, float, float] | None = None

    @property
    def described(self) -> str:
        """What the models predict, in sentences."""
        if self.positive is not None and self.negative is not None:
            return (
                f"Class 1 is {shortened(self.positive)} ({self.share:.1%} of the rows with a label), class 0 is "
                f"{shortened(self.negative)}."
            )
        if self.span is not None:
            least, middle, most = (f"{value:.6g}" for value in self.span)
            return f"It is a number from {least} to {most} with a median of {middle}: {self.reason}."
        told = [f"{shortened(name, 40) or repr(name)} ({share:.1%})" for name, share in self.shares]
        return f"It is one of {len(told)} classes, {listed(told, MOST_SHARES)}: {self.reason}."


def found_values(table: pa.Table, column: str, task: str | None = None) -> TargetValues | str:
    """Return what a column holds as a target of this task, or of the likeliest one; or what is wrong with it."""
    kind = table.schema.field(column).type
    if pa.types.is_null(kind):
        return "it has no value in any row"
    held = kind.value_type if pa.types.is_dictionary(kind) else kind
    text = arrow.is_text(kind) or pa.types.is_dictionary(kind)
    if not (arrow.is_text(held) or arrow.is_numeric(held)):
        return f"it holds {arrow.type_name(kind)}"
    counts = labels_with_counts(table.column(column))
    reason = "the task was named"
    if task is None:
        task, reason = _task(counts, text=text, words=words_of(column))
    if not _fits(task, len(counts)):
        return f"it has {len(counts):,} different value{'s' * (len(counts) != 1)}"
    if task == REGRESSION:
        return _numbers(table, column, counts, reason)
    return _two(counts, text=text) if task == BINARY else _several(counts, reason)


def _fits(task: str, different: int) -> bool:
    """Tell whether a target of so many values can be one of this task."""
    return different == 2 if task == BINARY else 2 <= different <= (MOST_CLASSES if task == MULTICLASS else math.inf)


def labels_with_counts(column: Any) -> dict[Any, int]:
    """Return the values with their counts; gaps and NaN are none."""
    counted: Any = pc.value_counts(column)
    values, counts = counted.field(0).to_pylist(), counted.field(1).to_pylist()
    pairs = zip(values, counts, strict=True)
    return {
        value: count
        for value, count in pairs
        if not (value is None or (isinstance(value, float) and math.isnan(value)))
    }


def _task(counts: Mapping[Any, int], *, text: bool, words: Sequence[str]) -> tuple[str, str]:
    """Return the task that values are likeliest of, and why."""
    if len(counts) <= 2:
        return BINARY, "it has two values"
    if text:
        return MULTICLASS, "its values are texts"
    if not all(float(value).is_integer() for value in counts):
        return REGRESSION, "it has values between whole numbers"
    if AMOUNTS & set(words):
        return REGRESSION, "its values are whole numbers, and its name is that of a count or an amount"
    if (why := _why_classes(counts, words)) is not None:
        return MULTICLASS, why
    classes = "; if they stand for classes, write `task: multiclass`" if len(counts) <= MOST_CLASSES else ""
    return REGRESSION, f"it has {len(counts):,} different whole numbers, as counts and amounts have{classes}"


def _why_classes(counts: Mapping[Any, int], words: Sequence[str]) -> str | None:
    """Return why whole numbers stand for classes, None where they do not."""
    least, most, different = min(counts), max(counts), len(counts)
    if different > MOST_NUMBERED:
        return None
    if CLASSES & set(words):
        return f"it has {different} different whole numbers, and its name is that of classes"
    if least not in {0, 1} or most - least + 1 != different:
        return None
    return (
        f"its values are the whole numbers from {least:g} to {most:g}, as classes are numbered; if they are counts or "
        "amounts, write `task: regression`"
    )


def _two(counts: Mapping[Any, int], *, text: bool) -> TargetValues:
    levels = sorted(counts)
    positive = _positive(levels, counts)
    negative = next(level for level in levels if level != positive)
    return TargetValues(
        BINARY,
        "it has two values",
        positive=written(positive),
        negative=written(negative),
        share=counts[positive] / sum(counts.values()),
        stated=text or not all(float(level).is_integer() for level in levels),
    )


def _positive(levels: Sequence[Any], counts: Mapping[Any, int]) -> Any:
    """Return the value that is class 1: the larger number, the word for yes, or else the rarer text."""
    if not isinstance(levels[0], str):
        return levels[1]
    said = [level for level in levels if level.strip().lower() in POSITIVE]
    return said[0] if len(said) == 1 else min(reversed(levels), key=lambda level: counts[level])


def _several(counts: Mapping[Any, int], reason: str) -> TargetValues:
    rows = sum(counts.values())
    return TargetValues(
        MULTICLASS, reason, shares=tuple((written(value), counts[value] / rows) for value in sorted(counts))
    )


def _numbers(table: pa.Table, column: str, counts: Mapping[Any, int], reason: str) -> TargetValues | str:
    try:
        task_of(REGRESSION).require(table, column, None)
    except TargetUnusable as error:
        return f"it {error.found}"
    values = np.repeat([float(value) for value in counts], list(counts.values()))
    return TargetValues(REGRESSION, reason, span=(float(values.min()), float(np.median(values)), float(values.max())))
