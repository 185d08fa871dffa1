"""Which of a table's columns are features, and why the others are not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import listed, quoted
from courtside.core.dataset import Dataset, FeatureKind
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.kinds import holds_nothing, inferred_kind
from courtside.core.proposal.guess import Guess, Part
from courtside.core.proposal.refused import refused
from courtside.core.tasks import OneClassOnly, TargetConstant
from courtside.core.training.split import TooFewRows, split_rows

MOST_LEVELS = 1_000
"""Text of more levels than this is left out: a model would put nearly all of them into one."""


class NothingToLearnFrom(BadInput):
    """No column of a table can be a feature."""

    def __init__(self, table: str, left_out: Mapping[str, str]) -> None:
        self.table = table
        self.left_out = dict(left_out)
        told = listed([f"{quoted(name)}: {why}" for name, why in left_out.items()], 5)
        super().__init__(f"no column of {table} can be a feature ({told}); give a table with columns to learn from")


@dataclass(frozen=True, slots=True)
class Judge:
    """A contract and each row's coded target, by which it can be told which features a training would refuse.

    `classes` are as the contract's task codes them, null where a row has no label; shape (rows,).
    """

    dataset: Dataset
    classes: "pa.Array[Any]"

    def refused(self, rows: pa.Table, features: Mapping[str, FeatureKind]) -> dict[str, Guess]:
        """Return the features that a training would refuse, as what they are instead."""
        return refused(self._labelled(rows), self.dataset.with_features(features))

    def not_split(self, rows: pa.Table, guesses: Iterable[Guess]) -> str | None:
        """Say why a training could not split these rows, None where it can."""
        features = _kinds(guess for guess in guesses if guess.part is Part.FEATURE)
        try:
            split_rows(self._labelled(rows), dataset=self.dataset.with_features(features))
        except (TooFewRows, OneClassOnly, TargetConstant) as error:
            return str(error)
        return None

    def _labelled(self, rows: pa.Table) -> pa.Table:
        target = self.dataset.target
        coded = rows.set_column(rows.column_names.index(target), target, self.classes)
        return _decoded(coded.filter(self.classes.is_valid()))


def with_features(rows: pa.Table, told: Mapping[str, Guess], judge: Judge | None, *, table: str) -> tuple[Guess, ...]:
    """Return the guesses of all columns: those that were told before, and of the rest which ones are features.

    Without a judge nobody looks for features that know the outcome. Raises `NothingToLearnFrom`.
    """
    rest = {name: _feature(name, rows.column(name)) for name in rows.column_names if name not in told}
    if judge is not None:
        rest |= judge.refused(rows, _kinds(rest.values()))
        # The order in which rows without time and ids are drawn depends on the features, so they are judged alone too.
        while found := judge.refused(rows, _kinds(guess for guess in rest.values() if guess.part is Part.FEATURE)):
            rest |= found
    guesses = tuple((rest | dict(told))[name] for name in rows.column_names)
    if not any(guess.part is Part.FEATURE for guess in guesses):
        raise NothingToLearnFrom(table, {guess.column: guess.reason for guess in guesses})
    return guesses


def _decoded(rows: pa.Table) -> pa.Table:
    """Return the rows without dictionaries, by which Arrow cannot sort."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_dictionary(field.type):
            rows = rows.set_column(place, field.name, rows.column(place).cast(field.type.value_type))
    return rows


def _kinds(guesses: Iterable[Guess]) -> dict[str, FeatureKind]:
    return {guess.column: guess.kind for guess in guesses if guess.kind is not None}


def _feature(name: str, column: Any) -> Guess:
    """Return a column as a feature, or as left out; with a kind where it could still give the target away."""
    kind = inferred_kind(column)
    assert kind is not None  # other types were left out before
    if holds_nothing(column):
        return Guess(name, Part.LEFT_OUT, "it has no value in any row")
    different = pc.unique(column).drop_null()
    if len(different) == 1 and not column.null_count:
        return Guess(name, Part.LEFT_OUT, f"it is {_shown(different[0])} in every row")
    if len(different) == 1 and kind is not FeatureKind.CATEGORICAL:
        return Guess(name, Part.LEFT_OUT, f"it is {_shown(different[0])} in every row that has a value", kind)
    if arrow.is_text(column.type) and len(different) > MOST_LEVELS:
        return Guess(
            name, Part.LEFT_OUT, f"it holds {len(different):,} different texts, too many to group rows by", kind
        )
    return Guess(name, Part.FEATURE, _described(column, kind, different), kind)


def _described(column: Any, kind: FeatureKind, different: Any) -> str:
    missing = f", missing in {column.null_count / len(column):.1%} of the rows" if column.null_count else ""
    if kind is FeatureKind.NUMERIC:
        limits: Any = pc.min_max(column)
        return f"numbers from {_shown(limits['min'])} to {_shown(limits['max'])}{missing}"
    levels = sorted(map(_shown, different))
    return f"{listed(levels, 3) if len(levels) > 4 else ', '.join(levels)}{missing}"


def _shown(value: Any) -> str:
    found = value.as_py()
    if isinstance(found, str):
        return quoted(found, 20)
    if isinstance(found, bool):
        return str(found).lower()
    return f"{found:.6g}" if isinstance(found, float) else str(found)[:20]
