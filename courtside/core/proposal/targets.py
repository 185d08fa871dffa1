"""Which column a model might predict, and what its values are: two classes, several, or numbers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import listed, quoted
from courtside.core.drift.columns.kinds import words_of
from courtside.core.proposal.target_values import TargetValues, found_values, labels_with_counts
from courtside.core.tasks import BINARY, MULTICLASS, REGRESSION, task_of
from courtside.core.tasks.levels import MOST_CLASSES
from courtside.core.tasks.target import written

NAMES = frozenset({"target", "label", "labels", "class", "outcome", "y", "response", "result"})
HAPPENINGS = frozenset(
    {
        *("churn", "churned", "default", "defaulted", "fraud", "fraudulent", "won", "win", "wins", "survived", "died"),
        *("dead", "death", "click", "clicked", "converted", "conversion", "cancelled", "canceled", "returned", "late"),
        *("bought", "purchased", "subscribed", "approved", "rejected", "left", "exited", "attrition", "diagnosis"),
        *("disease", "malignant", "failed", "failure", "spam", "delayed", "readmitted", "income", "paid"),
    }
)
_HAS = {BINARY: "two values", MULTICLASS: "several classes", REGRESSION: "numbers"}
_NUMBERS = "numbers that differ, between -1e15 and 1e15"


class NoTarget(BadInput):
    """No column of a table can be taken for what a model predicts."""

    def __init__(self, table: str, columns: Sequence[str], *, task: str | None = None) -> None:
        self.table = table
        self.task = task
        found = f"no column of {table} has exactly two values, and none that is called like a target or stands last"
        found = f"{found} has classes or numbers"
        if task is not None:
            found = f"no column of {table} that is called like a target or stands last has {_HAS[task]}"
        super().__init__(
            f"{found}, so none is taken for the target (it has {listed(columns)}); name one with --target, or add a "
            "column that says of each row what you want to predict, for example 0 and 1 for whether it happened"
        )


class TargetUnfit(BadInput):
    """The column that was named as the target holds nothing that models predict, or not what the task asks for."""

    def __init__(self, column: str, found: str, candidates: Sequence[str], *, task: str | None = None) -> None:
        self.column = column
        self.found = found
        self.candidates = tuple(candidates)
        self.task = task
        named = f"name another with --target ({listed(candidates)} would do)" if candidates else "name another"
        needs = f"two values, up to {MOST_CLASSES} classes, or {_NUMBERS}"
        if task is not None:
            needs = {MULTICLASS: f"2 to {MOST_CLASSES} classes", REGRESSION: _NUMBERS}.get(task, "two values")
        of = "a target" if task is None else f"the target of `task: {task}`"
        super().__init__(
            f"column {quoted(column)} cannot be the target: {found}, and {of} needs {needs}; {named}, or add a "
            "column of what you want to predict, for example whether a number is over a limit"
        )


@dataclass(frozen=True, slots=True)
class Target:
    """A column that can be predicted, and how: `reason` says why it is taken, `values` what it holds."""

    column: str
    values: TargetValues
    score: int
    reason: str

    @property
    def task(self) -> str:
        """What the models would predict."""
        return self.values.task


def candidates(table: pa.Table, *, without: Collection[str], task: str | None = None) -> list[Target]:
    """Return the columns that might be the target of this task, or of any, the likeliest first.

    Two values may be what happened whatever they are called; several classes and numbers are mostly features.
    """
    names = [name for name in table.column_names if name not in without]
    found = [target for name in names if isinstance(target := target_of(table, name, task), Target)]
    likely = [target for target in found if target.task == BINARY or target.score > 0]
    return sorted(likely, key=lambda target: (-target.score, -table.column_names.index(target.column)))


def target_of(table: pa.Table, column: str, task: str | None = None) -> Target | str:
    """Return a column as the target of this task, by default of the one that its values show; or what is wrong."""
    values = found_values(table, column, task)
    if isinstance(values, str):
        return values
    return Target(column, values, *_score(table, column, values.task))


def named(target: Target) -> Target:
    """Return a target that somebody has named."""
    return replace(target, reason="it was named")


def codes(table: pa.Table, target: Target) -> "pa.Array[Any]":
    """Return the target as its task codes it, null where a row has no label; shape (rows,)."""
    if target.task == BINARY:
        column: Any = table.column(target.column)
        classes = {value: int(written(value) == target.values.positive) for value in labels_with_counts(column)}
        return pa.array([classes.get(value) for value in column.to_pylist()], pa.int8())
    coded = task_of(target.task).read(table, target.column, None).coded(table)
    return plain(coded.column(target.column))


def plain(column: Any) -> "pa.Array[Any]":
    """Return a column as one array."""
    found = column.combine_chunks()
    return pa.concat_arrays(found.chunks) if isinstance(found, pa.ChunkedArray) else found


def _score(table: pa.Table, column: str, task: str) -> tuple[int, str]:
    """Return how likely a column is the target, and why.

    Two values are likelier what is to be predicted than others with such a name or in such a place: where there is
    `survived`, the `class` of a ticket is a feature.
    """
    words, has = set(words_of(column)), f"it has {_HAS[task]}"
    if words & NAMES:
        return 6 if task == BINARY else 4, f"its name is that of a target, and {has}"
    if words & HAPPENINGS and task == BINARY:
        return 5, f"its name says what happened, and {has}"
    if column == table.column_names[-1] and (task == BINARY or table.num_columns > 1):
        return 3 if task == BINARY else 2, f"it is the last column, and has {_HAS[task]}"
    if column == table.column_names[0] and task == BINARY:
        return 1, f"it is the first column, and has {_HAS[task]}"
    return 0, has
