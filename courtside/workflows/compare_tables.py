"""Compare two tables, or a table with a stored profile: the drift check without a deployed stage."""

from dataclasses import dataclass, replace

from courtside.core.dataset import Dataset
from courtside.core.drift import DriftReport, Policy, Profile, check, comparable_reference
from courtside.core.drift.reading import FeatureTable, TableProfile, fit_table, summarize_table
from courtside.core.drift.story.telling import tell


@dataclass(frozen=True, slots=True)
class Comparison:
    """A report with the profiles it was computed from."""

    report: DriftReport
    reference: Profile
    current: Profile


def compare_tables(
    reference: FeatureTable | Profile, current: FeatureTable | Profile, *, dataset: Dataset, policy: Policy
) -> Comparison:
    """Compare `current` with `reference`, both read batch by batch.

    The features are the dataset's, or those of a reference that is given as a profile; the report names the dataset's
    features that the profile lacks. Files that cannot be used are set aside
    and named in the report. Raises what `fit_table`, `summarize_table` and `check` raise.
    """
    known = reference_profile(reference, dataset=dataset, calibrated=policy.uses_history)
    seen = TableProfile(current) if isinstance(current, Profile) else summarize_table(known.profile, current)
    report = check(known.profile, seen.profile, policy, features=dataset.feature_names)
    comparable = comparable_reference(known.profile, seen.profile, policy)
    report = tell(report, reference=comparable, current=seen.profile, parts=seen.parts)
    report = replace(report, files_quarantined=(*known.quarantined, *seen.quarantined))
    return Comparison(report, comparable, seen.profile)


def reference_profile(reference: FeatureTable | Profile, *, dataset: Dataset, calibrated: bool = False) -> TableProfile:
    """Return a reference's profile, calibrated if that is asked for.

    A table without the time column is profiled without dates.
    """
    if isinstance(reference, Profile):
        return TableProfile(reference)
    dated = dataset.time_column is not None and reference.has_column(dataset.time_column)
    return fit_table(
        reference,
        dataset.features,
        time_column=dataset.time_column if dated else None,
        calibrated=calibrated,
        phase=dataset.phase,
        outcomes=dataset.outcomes,
    )
