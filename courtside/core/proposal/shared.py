"""Which columns of two tables can be compared where no contract says so."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import listed, quoted
from courtside.core.dataset import Feature
from courtside.core.drift.columns.kinds import holds_nothing, inferred_kind, why_no_feature
from courtside.core.drift.errors import MissingColumns
from courtside.core.drift.reading import Sample
from courtside.core.proposal.times import guessed_time


class NothingShared(BadInput):
    """Two tables have no column in common that can be compared; `left_out` says why for each."""

    def __init__(self, left_out: Mapping[str, str]) -> None:
        self.left_out = dict(left_out)
        told = listed([f"{quoted(name)}: {why}" for name, why in left_out.items()], 5)
        super().__init__(
            f"the two tables have no column in common that can be compared ({told or 'they have no columns'}); give "
            "tables of the same kind of rows, or a contract (--contract) that names the features"
        )


@dataclass(frozen=True, slots=True)
class SharedColumns:
    """The columns to compare, those left out with the reason, the time column, and a note on how it was told."""

    features: tuple[Feature, ...]
    left_out: Mapping[str, str]
    time_column: str | None
    note: str


def shared_columns(reference: Sample, current: Collection[str], *, time_column: str | None) -> SharedColumns:
    """Return the columns of a reference that `current` has too, with kinds from the reference's values.

    Ids and times are left out, and columns without a value; the time column is guessed where none is named.
    Raises `MissingColumns` for a time column that the reference lacks, and `NothingShared`.
    """
    rows = reference.rows
    if time_column is not None and time_column not in rows.column_names:
        raise MissingColumns([time_column], rows.column_names)
    shared = [name for name in rows.column_names if name in current]
    unfit = {name: found for name in shared if (found := why_no_feature(name, rows.column(name)))}
    time = guessed_time(rows.select(shared), unfit)
    when, why = (time.column, time.reason) if time_column is None else (time_column, "it was named")
    left_out = {name: found.reason for name, found in unfit.items()} | dict(time.others)
    features = []
    for name in shared:
        column: Any = rows.column(name)
        kind = inferred_kind(column)
        if name == when:
            left_out[name] = "it is the time column"
        elif name not in left_out and holds_nothing(column):
            left_out[name] = "it has no value in any row of the reference"
        elif name not in left_out and kind is not None:
            features.append(Feature(name, kind))
    left_out |= {name: "the current table does not have it" for name in rows.column_names if name not in current}
    left_out |= {name: "the reference does not have it" for name in current if name not in rows.column_names}
    if not features:
        raise NothingShared(left_out)
    return SharedColumns(tuple(features), left_out, when, _note(features, reference, when, why))


def _note(features: Sequence[Feature], reference: Sample, time_column: str | None, reason: str) -> str:
    when = f"the time column is {quoted(time_column)}, because {reason}" if time_column else reason
    return (
        f"No contract was given, so the columns that both tables have were compared ({len(features)}), with the kinds "
        f"that {reference.described} show; {when}"
    )
