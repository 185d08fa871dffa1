"""Chance in a check is estimated from other entities, else from the reference's history, else from independent rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from courtside.core.dataset import FeatureKind
from courtside.core.drift.calibration.calendar import DAYS_OF_YEAR
from courtside.core.drift.calibration.clusters import FEWEST_ENTITIES, Clusters, cluster_pvalue
from courtside.core.drift.calibration.null import FeatureNull
from courtside.core.drift.columns.column import Column
from courtside.core.drift.columns.rounding import Floats, Integers
from courtside.core.drift.policies.policy import Evidence, Null
from courtside.core.drift.profiles.profile import Profile
from courtside.core.drift.statistics.shares import compared_shares

MOSTLY_KNOWN = 0.9
"""The share of a feature's rows whose entities must be known, on both sides."""


@dataclass(frozen=True, slots=True)
class NullWindows:
    """The windows of the history behind the p-values: how many independent ones they are worth, and their days.

    The count includes the share of all features together, because a feature known from few windows is judged by that
    too.
    """

    count: int
    days: int

    def to_dict(self) -> dict[str, int]:
        """Return the JSON form."""
        return {"count": self.count, "days": self.days}


@dataclass(frozen=True, slots=True)
class Nulls:
    """The null of each feature by name (empty for an uncalibrated reference), and the days that the window spans.

    `clusters` are the counts by entity of the reference and of the window if both are known, and `steps` are the
    effects from one year of the history to the next.
    """

    of_feature: Mapping[str, FeatureNull]
    days: int
    clusters: Mapping[str, tuple[Clusters, Clusters]]
    steps: Mapping[str, tuple[float, ...]]

    @classmethod
    def of(cls, reference: Profile, current: Profile) -> "Nulls":
        """Take the nulls of a reference; a window without dates counts as a year long, which is the careful choice."""
        days = (current.period[1] - current.period[0]).days + 1 if current.period else DAYS_OF_YEAR
        calibration = reference.calibration
        names = list(reference.by_name)
        known = dict(zip(names, calibration.nulls, strict=False)) if calibration else {}
        steps = dict(zip(names, calibration.steps(reference.weights), strict=False)) if calibration else {}
        return cls(known, days, _clusters(reference, current), steps)

    @property
    def windows(self) -> NullWindows | None:
        """Return the history's windows nearest in length to the current one, for the feature with the fewest."""
        nearest = [spread for null in self.of_feature.values() if (spread := null.nearest(self.days))]
        fewest = min(nearest, key=lambda spread: spread.blocks, default=None)
        return NullWindows(max(1, round(fewest.blocks)), fewest.days) if fewest else None

    def judged(self, seen: Evidence, mine: Column, theirs: Column) -> Evidence:
        """Add effect, p-value and the history's steps to the evidence on a feature, from both of its columns."""
        numeric = seen.kind is FeatureKind.NUMERIC
        effect = seen.statistic("ks") if numeric else total_variation(mine, theirs)
        seen = replace(seen, effect=effect, steps=self.steps.get(seen.name, ()))
        null = self.of_feature.get(seen.name) or FeatureNull.of(mine)
        if seen.name in self.clusters:
            before, after = self.clusters[seen.name]
            pvalue = cluster_pvalue(before, after, null.distance)
            return replace(seen, pvalue=pvalue, null=Null.ENTITIES, entities=(before.ids.size, after.ids.size))
        if null.spreads:
            pvalue = null.pvalue(mine, theirs, days=self.days)
            nearest = null.nearest(self.days)
            windows = max(1, round(nearest.blocks)) if nearest else None
            return replace(seen, pvalue=pvalue, null=Null.HISTORY, windows=windows)
        if not numeric:
            return replace(seen, pvalue=seen.statistic("chi2_pvalue"))
        return replace(seen, pvalue=null.pvalue(mine, theirs, days=self.days))


def _clusters(reference: Profile, current: Profile) -> dict[str, tuple[Clusters, Clusters]]:
    """Return both sides by entity for each feature for which both sides have enough entities."""
    found = {}
    for before, after in zip(reference.entities, current.entities, strict=False):
        bits = min(before.bits, after.bits)
        mine, theirs = before.coarsened(bits), after.coarsened(bits)
        (ids, counts), (others, seen) = mine.weighted(reference.weights), theirs.weighted()
        for name, part in before.parts.items():
            pair = _cluster(ids, counts[:, part], bits), _cluster(others, seen[:, part], bits)
            columns = reference.by_name[name], current.by_name[name]
            if all(_enough(side, column.valid) for side, column in zip(pair, columns, strict=True)):
                found[name] = pair
    return found


def _cluster(ids: Integers, counts: Floats, bits: int) -> Clusters:
    held = counts.any(axis=1)
    return Clusters(ids[held], counts[held], bits)


def _enough(side: Clusters, rows: int) -> bool:
    return side.effective >= FEWEST_ENTITIES and side.total >= MOSTLY_KNOWN * rows


def total_variation(reference: Column, current: Column) -> float:
    """Return the largest difference in probability of any set of values, in [0, 1]; symmetric."""
    before, after = compared_shares(reference, current)
    return float(np.abs(before - after).sum() / 2)
