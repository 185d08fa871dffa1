"""From a sample of a table to all that a contract says, each part with its reason."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from courtside.contracts.key_names import VISIBLE
from courtside.core.dataset import Dataset, Inference
from courtside.core.drift.columns.kinds import NoFeature, Use, why_no_feature
from courtside.core.drift.errors import EmptyWindow, MissingColumns
from courtside.core.drift.reading import Sample
from courtside.core.proposal.features import Judge, with_features
from courtside.core.proposal.guess import Guess, Part
from courtside.core.proposal.ids import IdGuess, guessed_ids
from courtside.core.proposal.targets import NoTarget, Target, TargetUnfit, candidates, codes, named, target_of
from courtside.core.proposal.times import TimeGuess, guessed_time
from courtside.core.tasks import BINARY

_UNNAMEABLE = NoFeature(Use.UNUSABLE, "its name holds a control character, which no contract may; rename it")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a table's contract might say, by `looked_at` of its `rows` (None: unknown how many there are).

    `guesses` are of every column, in the table's order; `candidates` are the other columns that might be the target;
    `chosen` says whether the target was named by somebody; `lacking` is why a training could not split these rows.
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
    lacking: str | None = None

    def of(self, part: Part) -> list[Guess]:
        """Return the columns that are taken for this."""
        return [guess for guess in self.guesses if guess.part is part]


def propose(sample: Sample, *, table: str, target: str | None = None, task: str | None = None) -> Proposal:
    """Infer a contract from a sample of the table called `table`, for this target and this task or the likeliest.

    Raises `EmptyWindow`, `MissingColumns` for a target that is not there, `TargetUnfit`, `NoTarget` and
    `NothingToLearnFrom`.
    """
    rows = sample.rows
    if not rows.num_rows:
        raise EmptyWindow(table)
    unfit = {name: why for name in rows.column_names if (why := why_no_feature(name, rows.column(name)))}
    unfit |= {name: _UNNAMEABLE for name in rows.column_names if not re.match(VISIBLE, name)}
    possible = candidates(rows, without=unfit, task=task)
    chosen = _target(rows, target, possible, unfit, table=table, task=task)
    unfit.pop(chosen.column, None)
    time = guessed_time(rows, unfit)
    ids = guessed_ids(rows, unfit, time_column=time.column)
    told: dict[str, Guess] = {chosen.column: Guess(chosen.column, Part.TARGET, chosen.reason)}
    if time.column:
        told[time.column] = Guess(time.column, Part.TIME, time.reason)
    told |= {name: Guess(name, Part.ID, ids.reason) for name in ids.columns}
    left_out = {name: why.reason for name, why in unfit.items()} | dict(time.others) | dict(ids.others)
    told |= {name: Guess(name, Part.LEFT_OUT, why) for name, why in left_out.items() if name not in told}
    judge = Judge(_proposed(chosen, time.column, ids.columns), codes(rows, chosen))
    guesses = with_features(rows, told, judge, table=table)
    others = tuple(each for each in possible if each.column != chosen.column and _instead(each, chosen))
    lacking = judge.not_split(rows, guesses) if sample.whole else None
    return Proposal(table, chosen, target is not None, others, time, ids, guesses, rows.num_rows, sample.total, lacking)


def _instead(other: Target, chosen: Target) -> bool:
    """Tell whether another column is worth naming beside the chosen one: beside two values, only others like it."""
    return chosen.task != BINARY or other.task == BINARY


def _target(
    rows: pa.Table,
    name: str | None,
    possible: Sequence[Target],
    unfit: Mapping[str, NoFeature],
    *,
    table: str,
    task: str | None,
) -> Target:
    if name is None:
        if not possible:
            raise NoTarget(table, rows.column_names, task=task)
        return possible[0]
    if name not in rows.column_names:
        raise MissingColumns([name], rows.column_names, advice="choose another target (--target)")
    found = target_of(rows, name, task)
    if isinstance(found, str) and name in unfit and unfit[name].use is Use.UNUSABLE:
        found = unfit[name].reason  # such as numbers that are written as text
    if not isinstance(found, str) and task is None and found.task != BINARY and name in unfit:
        found = f"{unfit[name].reason} (--task {found.task} takes it all the same)"
    if isinstance(found, str):
        raise TargetUnfit(name, found, [each.column for each in possible], task=task)
    return named(found)


def _proposed(target: Target, time_column: str | None, id_columns: tuple[str, ...]) -> Dataset:
    return Dataset(
        name="proposed",
        time_column=time_column,
        season_column=None,
        id_columns=id_columns,
        target=target.column,
        features=(),
        builder=None,
        reference_seasons=1,
        inference=Inference(),
        task=target.task,
    )
