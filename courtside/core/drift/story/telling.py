"""The story is added to a report from profiles alone, in milliseconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from courtside.core.drift.columns.whole_numbers import rounding_note
from courtside.core.drift.profiles.profile import Profile
from courtside.core.drift.reports.report import BROKEN, DriftReport, FeatureDrift
from courtside.core.drift.reports.trends import Group, Onset
from courtside.core.drift.story import headline
from courtside.core.drift.story.grouping import moving_together
from courtside.core.drift.story.onset import Course, onset
from courtside.core.drift.story.parts import Part, PartsInvalid, require_ordered
from courtside.core.drift.story.trend import trend
from courtside.core.drift.story.weighting import share_importance


def tell(
    report: DriftReport,
    *,
    reference: Profile,
    current: Profile,
    parts: Sequence[Part] = (),
    importances: Mapping[str, float] | None = None,
) -> DriftReport:
    """Return the report with trends, onsets, groups, the importance-weighted share and notes on rounded numbers.

    `reference` and `current` are the profiles the report was made of; `parts` the current one by sub-window, in order
    of time (see `split`; without them there are groups, but no trends and no onsets); `importances` are the champion's
    weights by feature. The target and the prediction get trends and onsets but belong to no group.
    Raises `PartsInvalid`, `ImportancesInvalid`.
    """
    _require_parts_of(current, parts)
    story = _Story(report, reference, current, tuple(parts))
    start = story.onset(story.drifted)
    features = tuple(story.with_trend(feature) for feature in report.features) if parts else report.features
    return replace(
        report,
        features=tuple(_with_rounding(feature, reference, current) for feature in features),
        groups=story.groups(),
        began=start.day if start else None,
        outcomes=_with_trends(report, reference, current, parts),
        share_importance=None if importances is None else share_importance(report.features, importances),
    )


def rounding(feature: str, reference: Profile, current: Profile) -> str | None:
    """Say what was rounded to what in a feature whose integers are too large to be compared exactly."""
    return rounding_note(*(side.by_name[feature] for side in (reference, current) if feature in side.by_name))


def _with_rounding(feature: FeatureDrift, reference: Profile, current: Profile) -> FeatureDrift:
    note = rounding(feature.name, reference, current)
    return replace(feature, reason=f"{feature.reason}; {note}") if note else feature


def _with_trends(
    report: DriftReport, reference: Profile, current: Profile, parts: Sequence[Part]
) -> tuple[FeatureDrift, ...]:
    pieces = tuple(replace(part, profile=part.profile.outcomes) for part in parts if part.profile.outcomes)
    if not (pieces and reference.outcomes and current.outcomes):
        return report.outcomes
    story = _Story(replace(report, features=report.outcomes), reference.outcomes, current.outcomes, pieces)
    return tuple(story.with_trend(outcome) for outcome in report.outcomes)


@dataclass(frozen=True)
class _Story:
    report: DriftReport
    reference: Profile
    current: Profile
    parts: tuple[Part, ...]

    @property
    def drifted(self) -> list[FeatureDrift]:
        return [feature for feature in self.report.features if feature.drifted]

    @cached_property
    def courses(self) -> dict[str, Course]:
        found = {}
        for feature in self.drifted:
            follow = Course.of_gaps if feature.verdict in BROKEN else Course.of_values
            columns = [part.profile.by_name[feature.name] for part in self.parts]
            found[feature.name] = follow(self.reference.by_name[feature.name], columns)
        return found

    def onset(self, features: Sequence[FeatureDrift]) -> Onset | None:
        if len(self.parts) < 2:
            return None
        return onset([self.courses[feature.name] for feature in features], self.parts)

    def with_trend(self, feature: FeatureDrift) -> FeatureDrift:
        mine, theirs = self.reference.by_name[feature.name], self.current.by_name[feature.name]
        since = self.onset([feature]) if feature.drifted else None
        return replace(feature, trend=trend(mine, theirs, self.parts, onset=since))

    def groups(self) -> tuple[Group, ...]:
        broken: dict[str, list[FeatureDrift]] = {}
        for feature in self.drifted:
            if feature.verdict in BROKEN:
                broken.setdefault(feature.verdict, []).append(feature)
        judged = [feature for feature in self.drifted if feature.verdict not in BROKEN]
        columns = [part.profile.by_name for part in self.parts] or [self.current.by_name]
        together = moving_together(judged, self.reference.by_name, columns)
        return tuple(self._group(features) for features in (*broken.values(), *together))

    def _group(self, features: Sequence[FeatureDrift]) -> Group:
        start, together = self.onset(features), _p_together(features)
        since = headline.since(start, first=self.parts[0].start if self.parts else None)
        if features[0].verdict in BROKEN:
            said = headline.broke(features, since=since)
        else:
            pairs = [(self.reference.by_name[f.name], self.current.by_name[f.name]) for f in features]
            said = headline.moved(features, pairs, since=since, together=together)
        return Group(tuple(feature.name for feature in features), said, start, features[0].effect, together)


def _p_together(features: Sequence[FeatureDrift]) -> float | None:
    """Return the p-value of the columns that belong together if all of the features do and moved as one."""
    judged = features[0].together
    if judged is None or not judged.rare or any(feature.together is not judged for feature in features):
        return None
    return judged.p_adjusted


def _require_parts_of(current: Profile, parts: Sequence[Part]) -> None:
    require_ordered([(part.start, part.end) for part in parts])
    rows = sum(part.profile.rows for part in parts)
    if rows > current.rows:
        raise PartsInvalid(f"they hold {rows:,} rows, the window {current.rows:,}")
    if any(list(part.profile.by_name) != list(current.by_name) for part in parts):
        raise PartsInvalid("they have other columns than the window")
