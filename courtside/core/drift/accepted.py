"""What a person accepted as the new normal is no news, until it moves again or something else moves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from courtside.core.drift.accepted_reference import accepted_reference
from courtside.core.drift.check import check
from courtside.core.drift.policies.policy import Policy
from courtside.core.drift.profiles.profile import Profile
from courtside.core.drift.reports.acceptance import Acceptance
from courtside.core.drift.reports.report import BROKEN, DriftReport, FeatureDrift, SegmentDrift, Verdict
from courtside.core.drift.reports.table import TableDrift


@dataclass(frozen=True, eq=False)
class Accepted:
    """The profile of a window that was accepted, counted on the champion's grid, and what was accepted by it.

    `features` and `table` (statistics of the whole table) are names; `segments` are the features by segment.
    """

    profile: Profile
    acceptance: Acceptance
    features: frozenset[str] = frozenset()
    segments: Mapping[str, frozenset[str]] = field(default_factory=dict)
    table: frozenset[str] = frozenset()


def with_accepted(
    report: DriftReport, accepted: Sequence[Accepted], *, reference: Profile, current: Profile, policy: Policy
) -> DriftReport:
    """Return the report in which what moved as people accepted is no drift; `reference` is the champion's, whole.

    Of several acts, in order, the last one about a feature, a segment or a statistic counts. What differs from what was
    accepted stays drift, even if it went some of the way back; broken columns cannot be accepted. Raises what `check`
    raises.
    """
    acts = [_Act(each, reference, current, policy) for each in reversed(accepted)]
    features = tuple(_feature(each, acts) for each in report.features)
    settled = {each.name for each in features if each.verdict is Verdict.ACCEPTED}
    segments = tuple(_segment(each, acts, settled) for each in report.segments)
    table = tuple(_table(each, acts) for each in report.table)
    told = [replace(act.accepted.acceptance, subjects=tuple(act.subjects)) for act in reversed(acts) if act.subjects]
    return replace(report, features=features, segments=segments, table=table, acceptances=tuple(told))


class _Act:
    """One act, what a check against its profile says if anything asks, and which subjects moved as it says."""

    def __init__(self, accepted: Accepted, reference: Profile, current: Profile, policy: Policy) -> None:
        self.accepted = accepted
        self.said = accepted.acceptance.said
        self.subjects: dict[str, None] = {}
        self._sides = reference, current, policy

    def about(self, feature: str, segment: str = "") -> bool:
        """Tell whether it accepted a feature, in all rows or in a segment."""
        return feature in self.accepted.features or feature in self.accepted.segments.get(segment, ())

    def settles(self, subject: str, *, moved: bool) -> bool:
        """Note a subject that moved as accepted."""
        if not moved:
            self.subjects[subject] = None
        return not moved

    @cached_property
    def report(self) -> DriftReport:
        reference, current, policy = self._sides
        return check(accepted_reference(self.accepted.profile, reference, current, policy), current, policy)

    def feature(self, name: str) -> FeatureDrift:
        return next(each for each in self.report.features if each.name == name)

    def segment(self, name: str) -> SegmentDrift | None:
        found = next((each for each in self.report.segments if each.name == name), None)
        return None if found is None or found.verdict is Verdict.INSUFFICIENT_DATA else found

    def drifts_as_table(self, name: str) -> bool:
        return next((each.drifted for each in self.report.table if each.name == name), True)


def _feature(feature: FeatureDrift, acts: Sequence[_Act]) -> FeatureDrift:
    act = next((each for each in acts if feature.name in each.accepted.features), None)
    if act is None or not feature.drifted or feature.verdict in BROKEN:
        return feature
    since = act.feature(feature.name)
    if act.settles(feature.name, moved=since.verdict not in {Verdict.NO_DRIFT, Verdict.USUAL}):
        said = f"{feature.reason}, {act.said}"
        return replace(feature, drifted=False, moved=False, verdict=Verdict.ACCEPTED, reason=said)
    return replace(feature, reason=f"{feature.reason}; but not {act.said}: {since.reason}")


def _segment(segment: SegmentDrift, acts: Sequence[_Act], settled: Collection[str]) -> SegmentDrift:
    left = []
    for feature in segment.drifted:
        act = next((each for each in acts if each.about(feature.name, segment.name)), None)
        if act is None or feature.verdict in BROKEN:
            left.append(feature)
            continue
        known = act.segment(segment.name)
        # An accepted window that has too few rows of the segment can only be compared with all rows.
        moved = feature.name not in settled if known is None else any(e.name == feature.name for e in known.drifted)
        if not act.settles(segment.name, moved=moved):
            left.append(feature)
    if len(left) == len(segment.drifted):
        return segment
    return replace(segment, drifted=tuple(left), verdict=Verdict.DRIFT if left else Verdict.ACCEPTED)


def _table(found: TableDrift, acts: Sequence[_Act]) -> TableDrift:
    act = next((each for each in acts if found.name in each.accepted.table), None)
    if act is None or not found.drifted or not act.settles(found.name, moved=act.drifts_as_table(found.name)):
        return found
    return replace(found, drifted=False, reason=f"{found.reason}, {act.said}")
