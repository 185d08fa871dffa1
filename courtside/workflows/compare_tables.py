"""Compare two tables, or a table with a stored profile: the drift check without a deployed stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from courtside.core.dataset import ContractId, Dataset, Feature, FeatureKind, Outcome, Phase
from courtside.core.drift import DriftReport, Policy, Profile, check, comparable_reference
from courtside.core.drift.errors import MissingColumns, NotBinary
from courtside.core.drift.reading import FeatureTable, TableProfile, fit_table, summarize_table
from courtside.core.drift.story.telling import tell
from courtside.core.proposal import Part, inferred_features
from courtside.core.proposal.shared import shared_columns


@dataclass(frozen=True, slots=True)
class Compared:
    """Which columns of two tables are compared, and by which time.

    Where features were inferred, `left_out` says of the other columns why they are none, and `note` how that was told.
    """

    features: tuple[Feature, ...]
    time_column: str | None
    phase: Phase | None = None
    outcomes: tuple[Outcome, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None
    contract: ContractId | None = None
    segments: tuple[str, ...] = ()

    @classmethod
    def of(cls, dataset: Dataset, reference: FeatureTable | Profile) -> Self:
        """Return what a contract says; the features that it leaves to the rows are those of the reference.

        Raises what `FeatureTable.require_readable`, `FeatureTable.sample` and `inferred_features` raise.
        """
        said = cls(
            dataset.features,
            dataset.time_column,
            dataset.phase,
            dataset.outcomes,
            contract=dataset.contract,
            segments=dataset.segments,
        )
        if not dataset.to_infer:
            return said
        if isinstance(reference, Profile):
            return replace(said, features=cls.of_profile(reference).features)
        reference.require_readable()
        sample = reference.sample()
        guesses = inferred_features(sample.rows, dataset, table=reference.name)
        kinds = {guess.column: guess.kind for guess in guesses if guess.kind and guess.part is Part.FEATURE}
        return replace(
            said,
            features=dataset.with_features(kinds).features,
            left_out={guess.column: guess.reason for guess in guesses if guess.column not in kinds},
            note=f"The contract says `features: infer`, so {len(kinds)} columns are compared, with the kinds that "
            f"{sample.described} show",
        )

    @classmethod
    def of_profile(cls, profile: Profile) -> Self:
        """Return what a saved profile was made of."""
        return cls(tuple(Feature(each.name, each.kind) for each in profile.columns), profile.time_column)

    @classmethod
    def inferred(cls, reference: FeatureTable, current: FeatureTable | Profile, *, time_column: str | None) -> Self:
        """Return the columns that both have, with the kinds that the reference's values show.

        Raises what `FeatureTable.require_readable`, `FeatureTable.sample` and `shared_columns` raise.
        """
        for table in (reference, current):
            if isinstance(table, FeatureTable):  # an unreadable one seems to have no columns
                table.require_readable()
        theirs = current.names if isinstance(current, Profile) else current.column_names
        found = shared_columns(reference.sample(), theirs, time_column=time_column)
        return cls(found.features, found.time_column, left_out=found.left_out, note=found.note)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A report with the profiles it was computed from, and what was compared."""

    report: DriftReport
    reference: Profile
    current: Profile
    compared: Compared

    def to_dict(self) -> dict[str, Any]:
        """Return the report's JSON form, and what was inferred where no contract names the features."""
        body = self.report.to_dict()
        if self.compared.note is None:
            return body
        body["summary"]["features_left_out"] = dict(self.compared.left_out)
        return {**body, "inferred": {"time_column": self.compared.time_column, "note": self.compared.note}}


def compare_tables(
    reference: FeatureTable | Profile, current: FeatureTable | Profile, *, compared: Compared, policy: Policy
) -> Comparison:
    """Compare `current` with `reference`, both read batch by batch.

    The features are those of `compared`, or those of a reference that is given as a profile; the report names the
    features that the profile lacks. Files that cannot be used are set aside and named in the report.
    Raises what `FeatureTable.require_types`, `fit_table`, `summarize_table` and `check` raise.
    """
    _require_types(reference, current, compared)
    known, compared = _reference_profile(reference, compared, calibrated=policy.uses_history)
    seen = TableProfile(current) if isinstance(current, Profile) else summarize_table(known.profile, current)
    report = check(known.profile, seen.profile, policy, contract=compared.features, segments=compared.segments)
    comparable = comparable_reference(known.profile, seen.profile, policy)
    report = tell(report, reference=comparable, current=seen.profile, parts=seen.parts)
    quarantined = (*known.quarantined, *seen.quarantined)
    report = replace(report, files_quarantined=quarantined, contract=compared.contract)
    return Comparison(report, comparable, seen.profile, compared)


def _require_types(reference: FeatureTable | Profile, current: FeatureTable | Profile, compared: Compared) -> None:
    """Look at every column's type before a row is read, which may take minutes."""
    if isinstance(reference, FeatureTable):
        reference.require_types(compared.features, time_column=compared.time_column)
        there = reference.column_names
        if there and (absent := [name for name in compared.segments if name not in there]):
            raise MissingColumns(absent, there, part="segments")
    if isinstance(current, FeatureTable) and current.single:  # a file of many is set aside instead
        current.require_types((), time_column=compared.time_column)


def _reference_profile(
    reference: FeatureTable | Profile, compared: Compared, *, calibrated: bool
) -> tuple[TableProfile, Compared]:
    """Return a reference's profile, calibrated if that is asked for, and what it was made of.

    A table without the time column is profiled without dates. Where kinds were inferred from a sample, a
    column that turns out to hold more than 0 and 1 is compared as numbers.
    """
    if isinstance(reference, Profile):
        return TableProfile(reference), compared
    dated = compared.time_column in reference.column_names
    while True:
        try:
            found = fit_table(
                reference,
                compared.features,
                time_column=compared.time_column if dated else None,
                calibrated=calibrated,
                phase=compared.phase,
                outcomes=compared.outcomes,
                segments=compared.segments,
            )
        except NotBinary as error:
            if compared.note is None:
                raise
            compared = replace(compared, features=_as_numbers(compared.features, error.column))
        else:
            return found, compared


def _as_numbers(features: Sequence[Feature], column: str) -> tuple[Feature, ...]:
    return tuple(replace(each, kind=FeatureKind.NUMERIC) if each.name == column else each for each in features)
