"""Evidence adds up: a slow or weak change is found in successive windows, none of which shows it by itself.

Profiles add up, so the last two and the last four windows are judged as one longer window each, by the same nulls: no
window is taken for independent of the one before, as games of one team in two months are not. Windows must not overlap,
and all of them lie after the reference, so that a new champion starts afresh.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from itertools import pairwise, takewhile

from courtside.core.drift.check import check, comparable_reference
from courtside.core.drift.columns.column import CategoryColumn, Column, NumericColumn
from courtside.core.drift.policies.calibrated import CalibratedPolicy
from courtside.core.drift.policies.policy import Policy
from courtside.core.drift.profiles.profile import Profile
from courtside.core.drift.reports.report import BROKEN, DriftReport, FeatureDrift, Verdict
from courtside.core.drift.reports.successive import Successive

SPANS = (2, 4)
"""How many of the last windows are judged together."""
ALPHA = 0.001
"""How small a corrected p-value of several windows must be. They are judged anew with every window, so it is far less
than that of one window."""
FEWEST_WINDOWS = 30
"""A history of fewer windows cannot tell what is so rare."""

Former = tuple[date, Profile]
"""The first day of a window and its profile."""


def former_windows(start: date, days: int, *, after: date) -> list[tuple[date, date]]:
    """Return the windows [start, end) just before a window, oldest first, of which none begins before `after`.

    >>> [str(first) for first, _ in former_windows(date(2024, 5, 1), 30, after=date(2024, 2, 20))]
    ['2024-03-02', '2024-04-01']
    """
    ends = [date.fromordinal(start.toordinal() - count * days) for count in range(max(SPANS))]
    return [(last, first) for first, last in pairwise(ends) if last >= after][::-1]


def with_former(
    report: DriftReport,
    *,
    reference: Profile,
    current: Profile,
    former: Sequence[Former],
    policy: Policy,
    accepted: Collection[str] = (),
) -> DriftReport:
    """Return the report with the features that drifted in several windows together, though not in the last one.

    `former` are the windows before, oldest first, each ending where the next one or the current one begins, counted on
    the same reference. `accepted` features are left as they are: the windows before their acceptance are no evidence
    any more. Policies without calibrated p-values find nothing more. Raises what `check` raises.
    """
    if not isinstance(policy, CalibratedPolicy):
        return report
    stricter = replace(policy, alpha=min(ALPHA, policy.alpha or 1.0))
    known = replace(reference, segments=())
    windows = [replace(profile, segments=()) for profile in (*(profile for _, profile in former), current)]
    unbroken = list(takewhile(lambda window: window.rows > 0, reversed(windows)))[::-1]
    pairs = [(comparable_reference(known, window, stricter), window) for window in unbroken]
    found = report
    for count in SPANS:
        if len(pairs) < count:
            break
        whole = reduce(Profile.merge, windows[-count:])
        judged = {each.name: each for each in check(known, whole, stricter).features}
        span = _Span(count, former[1 - count][0], pairs[-count:])
        features = (
            each if each.name in accepted else span.added_to(each, judged[each.name]) for each in found.features
        )
        found = replace(found, features=tuple(features))
    return found


@dataclass(frozen=True, eq=False)
class _Span:
    """Some of the last windows, each with the reference on the same days of the year."""

    count: int
    since: date
    parts: Sequence[tuple[Profile, Profile]]

    def added_to(self, feature: FeatureDrift, judged: FeatureDrift) -> FeatureDrift:
        """Return a feature of the last window as drifted if all of the windows together say so, else as it was."""
        if feature.drifted or feature.verdict in BROKEN or judged.verdict is not Verdict.DRIFT:
            return feature
        if judged.windows is not None and judged.windows < FEWEST_WINDOWS:
            return feature
        way = self._way(feature.name)
        if not way:
            return feature
        successive = Successive(self.count, self.since, way, judged.effect, judged.p_adjusted, judged.windows)
        return replace(
            feature,
            drifted=True,
            moved=True,
            verdict=Verdict.DRIFT,
            reason=f"{successive.said} ({judged.reason}); by this window alone, {feature.reason}",
            successive=successive,
        )

    def _way(self, name: str) -> str:
        """Return "up" or "down" if every window moved that way, else nothing."""
        ways = [_change(reference.by_name[name], part.by_name[name]) for reference, part in self.parts]
        if all(way > 0 for way in ways):
            return "up"
        return "down" if all(way < 0 for way in ways) else ""


def _change(reference: Column, current: Column) -> float:
    """Return by how much the mean, or the share of the last level, rose; 0 without values."""
    if not (reference.valid and current.valid):
        return 0.0
    if isinstance(reference, NumericColumn) and isinstance(current, NumericColumn):
        return (current.offset or 0.0) - (reference.offset or 0.0)
    assert isinstance(reference, CategoryColumn)
    assert isinstance(current, CategoryColumn)
    if not reference.levels:
        return 0.0
    last = len(reference.levels) - 1
    return float(current.counts[last]) / current.valid - float(reference.counts[last]) / reference.valid
