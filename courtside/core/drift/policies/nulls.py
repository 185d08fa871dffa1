"""What counts as chance in a check: the reference's history if it was calibrated, and independent rows otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from courtside.core.dataset import FeatureKind
from courtside.core.drift.calibration.calendar import DAYS_OF_YEAR
from courtside.core.drift.calibration.null import FeatureNull
from courtside.core.drift.columns.column import Column
from courtside.core.drift.policies.policy import Evidence
from courtside.core.drift.profiles.profile import Profile
from courtside.core.drift.statistics.shares import shares


class Null(StrEnum):
    """What a report's p-values take for chance."""

    HISTORY = "history"
    INDEPENDENT_ROWS = "independent_rows"


@dataclass(frozen=True, slots=True)
class NullWindows:
    """The windows of the history behind the p-values: how many independent ones they are worth, and their days.

    The count includes what is typical of all features, since features known from few windows are judged by that too.
    """

    count: int
    days: int

    def to_dict(self) -> dict[str, int]:
        """Return the JSON form."""
        return {"count": self.count, "days": self.days}


@dataclass(frozen=True, slots=True)
class Nulls:
    """Each feature's null by name (empty for an uncalibrated reference), and the days that the current window spans."""

    of_feature: Mapping[str, FeatureNull]
    days: int

    @classmethod
    def of(cls, reference: Profile, current: Profile) -> "Nulls":
        """Take the nulls of a reference; a window without dates counts as a year long, which is the careful choice."""
        days = (current.period[1] - current.period[0]).days + 1 if current.period else DAYS_OF_YEAR
        known = reference.calibration.nulls if reference.calibration else ()
        return cls(dict(zip(reference.by_name, known, strict=False)), days)

    @property
    def kind(self) -> Null:
        """Whether any feature has a history to compare with."""
        return Null.HISTORY if any(null.spreads for null in self.of_feature.values()) else Null.INDEPENDENT_ROWS

    @property
    def windows(self) -> NullWindows | None:
        """The history's windows that are nearest in length to the current one, for the feature with the fewest."""
        nearest = [spread for null in self.of_feature.values() if (spread := null.nearest(self.days))]
        fewest = min(nearest, key=lambda spread: spread.blocks, default=None)
        return NullWindows(max(1, round(fewest.blocks)), fewest.days) if fewest else None

    def judged(self, seen: Evidence, mine: Column, theirs: Column) -> Evidence:
        """Add effect and p-value to what is known of a feature, from its reference and current column."""
        numeric = seen.kind is FeatureKind.NUMERIC
        effect = seen.statistic("ks") if numeric else total_variation(mine, theirs)
        null = self.of_feature.get(seen.name)
        if null is not None and null.spreads:
            pvalue = null.pvalue(mine, theirs, days=self.days)
            return replace(seen, effect=effect, pvalue=pvalue, history_days=self.days)
        if not numeric:
            return replace(seen, effect=effect, pvalue=seen.statistic("chi2_pvalue"))
        return replace(seen, effect=effect, pvalue=FeatureNull.of(mine).pvalue(mine, theirs, days=self.days))


def total_variation(reference: Column, current: Column) -> float:
    """Return the largest difference in probability of any set of values, in [0, 1]; symmetric."""
    return float(np.abs(shares(reference) - shares(current)).sum() / 2)
