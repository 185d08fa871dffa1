"""From a sample of a table to all that a contract says, each part with its reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import listed, quoted
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.kinds import holds_nothing, inferred_kind, why_no_feature
from courtside.core.drift.errors import EmptyWindow, MissingColumns
from courtside.core.drift.reading import Sample
from courtside.core.proposal.guess import Guess, Part
from courtside.core.proposal.ids import IdGuess, guessed_ids
from courtside.core.proposal.refused import refused
from courtside.core.proposal.targets import NoTarget, Target, TargetUnfit, candidates, codes, target_of
from courtside.core.proposal.times import TimeGuess, guessed_time

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
class Proposal:
    """What a table's contract might say, by `looked_at` of its `rows` (None: unknown how many there are).

    `guesses` are of every column, in the table's order; `candidates` are the other columns that might be the target;
    `chosen` says whether the target was named by somebody.
    """

    table: str
    target: Target
    chosen: bool
    candidates: tuple[Target, ...]
    time: TimeGuess
    ids: IdGuess
    guesses: tuple[Guess, ...]
    looked_at: int
    rows: int | None

    def of(self, part: Part) -> list[Guess]:
        """Return the columns that are taken for this."""
        return [guess for guess in self.guesses if guess.part is part]


def propose(sample: Sample, *, table: str, target: str | None = None) -> Proposal:
    """Infer a contract from a sample of the table called `table`, for this target or the likeliest.

    Raises `EmptyWindow`, `MissingColumns` for a target that is not there, `TargetUnfit`, `NoTarget` and
    `NothingToLearnFrom`.
    """
    rows = sample.rows
    if not rows.num_rows:
        raise EmptyWindow(table)
    unfit = {name: why for name in rows.column_names if (why := why_no_feature(name, rows.column(name)))}
    possible = candidates(rows, without=unfit)
    chosen = _target(rows, target, possible, table=table)
    unfit.pop(chosen.column, None)
    time = guessed_time(rows, unfit)
    ids = guessed_ids(rows, unfit, time_column=time.column)
    told: dict[str, Guess] = {chosen.column: Guess(chosen.column, Part.TARGET, chosen.reason)}
    if time.column:
        told[time.column] = Guess(time.column, Part.TIME, time.reason)
    told |= {name: Guess(name, Part.ID, ids.reason) for name in ids.columns}
    left_out = {name: why.reason for name, why in unfit.items()} | dict(time.others) | dict(ids.others)
    told |= {name: Guess(name, Part.LEFT_OUT, why) for name, why in left_out.items() if name not in told}
    rest = [name for name in rows.column_names if name not in told]
    told |= _features(rows, rest, _Judge(codes(rows, chosen), chosen.column, time.column, ids.columns))
    guesses = tuple(told[name] for name in rows.column_names)
    if not any(guess.part is Part.FEATURE for guess in guesses):
        raise NothingToLearnFrom(table, {guess.column: guess.reason for guess in guesses})
    others = tuple(each for each in possible if each.column != chosen.column)
    return Proposal(table, chosen, target is not None, others, time, ids, guesses, rows.num_rows, sample.total)


def _target(rows: pa.Table, named: str | None, possible: Sequence[Target], *, table: str) -> Target:
    if named is None:
        if not possible:
            raise NoTarget(table, rows.column_names)
        return possible[0]
    if named not in rows.column_names:
        raise MissingColumns([named], rows.column_names)
    found = target_of(rows, named)
    if isinstance(found, str):
        raise TargetUnfit(named, found, [each.column for each in possible])
    return found


@dataclass(frozen=True, slots=True)
class _Judge:
    """What a training needs to know to say which features it would refuse."""

    classes: "pa.Array[Any]"
    target: str
    time_column: str | None
    id_columns: tuple[str, ...]

    def refused(self, rows: pa.Table, features: Mapping[str, FeatureKind]) -> dict[str, Guess]:
        """Return the features that a training would refuse, as what they are instead."""
        coded = rows.set_column(rows.column_names.index(self.target), self.target, self.classes)
        dataset = Dataset(
            name="proposed",
            time_column=self.time_column,
            season_column=None,
            id_columns=self.id_columns,
            target=self.target,
            features=tuple(Feature(name, kind) for name, kind in features.items()),
            builder=None,
            reference_seasons=1,
        )
        return refused(_decoded(coded.filter(self.classes.is_valid())), dataset)


def _decoded(rows: pa.Table) -> pa.Table:
    """Return the rows without dictionaries, by which Arrow cannot sort."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_dictionary(field.type):
            rows = rows.set_column(place, field.name, rows.column(place).cast(field.type.value_type))
    return rows


def _features(rows: pa.Table, names: Sequence[str], judge: _Judge) -> dict[str, Guess]:
    """Return what each of these columns is: a feature, a suspect, or left out."""
    told = {name: _feature(name, rows.column(name)) for name in names}
    told |= judge.refused(rows, _kinds(told.values()))
    # The order in which rows without time and ids are drawn depends on the features, so they are judged by themselves.
    while found := judge.refused(rows, _kinds(guess for guess in told.values() if guess.part is Part.FEATURE)):
        told |= found
    return told


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
