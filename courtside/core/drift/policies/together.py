"""Columns that belong together are judged together: what their mean rank shows, by the null that each is judged by."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from courtside.core.drift.calibration.clusters import Clusters, cluster_pvalue
from courtside.core.drift.calibration.distance import Cumulants
from courtside.core.drift.calibration.null import FeatureNull, spread_at, tail
from courtside.core.drift.calibration.related import Direction, RelatedColumns, rising
from courtside.core.drift.columns.rounding import Floats, Integers
from courtside.core.drift.pairs.sums import PairSums
from courtside.core.drift.policies.nulls import Nulls
from courtside.core.drift.policies.policy import Evidence, Null, Together
from courtside.core.drift.profiles.profile import Profile

SHARED_ENTITIES = 1 / 2
"""Of the entities of two columns, this share must be the same: how others hang together is not known."""

WORTH_ASKING = 0.02
"""From a larger p-value on it does not matter what the others show without the one that moved most."""


def with_related(evidence: Sequence[Evidence], reference: Profile, current: Profile, nulls: Nulls) -> list[Evidence]:
    """Add what its related columns show to each feature's evidence, where one null can judge two or more of them."""
    found: dict[str, Together] = {}
    of = {each.name: each for each in evidence}
    for related in reference.related:
        for null in Null:
            places = tuple(
                p for p in related.places if (seen := of.get(reference.columns[p].name)) and seen.null is null
            )
            members = _Members(related, places, reference, current, nulls)
            if len(places) > 1 and (together := _together(members, null)):
                found |= dict.fromkeys(members.names, together)
    return [replace(each, together=found.get(each.name)) for each in evidence]


@dataclass(frozen=True, eq=False)
class _Members:
    """Related columns that one null judges, by their places in the profiles, with the counts of their groups."""

    related: RelatedColumns
    places: tuple[int, ...]
    reference: Profile
    current: Profile
    nulls: Nulls

    @cached_property
    def names(self) -> list[str]:
        return [self.reference.columns[place].name for place in self.places]

    @cached_property
    def signs(self) -> list[int]:
        return [self.related.signs[self.related.places.index(place)] for place in self.places]

    @cached_property
    def null_of(self) -> list[FeatureNull]:
        columns = [self.reference.columns[place] for place in self.places]
        return [self.nulls.of_feature.get(each.name) or FeatureNull.of(each) for each in columns]

    @cached_property
    def rising(self) -> list[int]:
        """The signs of the groups: those of a level go by its frequency, not by its order."""
        groups = [null.groups for null in self.null_of]
        of = zip(self.signs, self.places, groups, strict=True)
        return [sign * rising(self.reference.columns[place], group) for sign, place, group in of]

    @property
    def everyone(self) -> "_Members":
        return replace(self, places=self.related.places)

    def without(self, name: str) -> "_Members":
        place = self.places[self.names.index(name)]
        return replace(self, places=tuple(each for each in self.places if each != place))

    @cached_property
    def moved(self) -> dict[str, float]:
        """By how much each column's mean rank changed, as a share of the rows, in its own sign."""
        found = {}
        for place, (before, after) in enumerate(
            zip(self.counts(self.reference), self.counts(self.current), strict=True)
        ):
            along = Direction.along([before], [self.rising[place]])
            found[self.names[place]] = float(along.coordinates(after / after.sum() - before / before.sum())[0])
        return found

    def counts(self, profile: Profile) -> list[Integers]:
        of = zip(self.null_of, self.places, strict=True)
        return [null.groups.counts(profile.columns[place].cells) for null, place in of]

    def direction(self, counts: Sequence[Floats | Integers]) -> Direction:
        return Direction.along(counts, self.rising)


def _together(related: _Members, null: Null) -> Together | None:
    judge = {Null.ENTITIES: _by_entities, Null.HISTORY: _by_history, Null.INDEPENDENT_ROWS: _by_rows}[null]
    pvalue = judge(related)
    moved = related.moved
    up = 1 if sum(moved.values()) >= 0 else -1
    most = max(moved, key=lambda name: up * moved[name])
    if pvalue is None:
        return None
    others = judge(related.without(most)) if pvalue <= WORTH_ASKING else None
    return Together(
        moved={name: up * by for name, by in moved.items()},
        rising=up * related.signs[0] > 0,
        pvalue=float(pvalue),
        pvalue_of_others=1.0 if others is None or up * (sum(moved.values()) - moved[most]) <= 0 else float(others),
        null=null,
    )


def _by_entities(related: _Members) -> float | None:
    """Judge by the entities: one that several of the columns name counts once, with all that it adds to them."""
    before, after = zip(*(related.nulls.clusters[name] for name in related.names), strict=True)
    if any(_shared(side[0], other) < SHARED_ENTITIES for side in (before, after) for other in side[1:]):
        return None
    reference = Clusters.side_by_side(before)
    along = related.direction([side.counts.sum(axis=0) for side in before])
    return cluster_pvalue(reference, Clusters.side_by_side(after), along)


def _shared(mine: Clusters, theirs: Clusters) -> float:
    if mine.bits == theirs.bits and np.array_equal(mine.ids, theirs.ids):
        return 1.0
    mask = (1 << min(mine.bits, theirs.bits)) - 1
    same = np.intersect1d(mine.ids & mask, theirs.ids & mask).size
    return same / min(mine.ids.size, theirs.ids.size)


def _by_history(related: _Members) -> float | None:
    """Judge by how far windows of the history lie from it in the direction of all the columns.

    Some of them are taken to lie as much farther than independent rows as all of them do.
    """
    if not related.related.spreads:
        return None
    along = related.direction([null.counts for null in related.null_of])
    before, after = np.concatenate(related.counts(related.reference)), np.concatenate(related.counts(related.current))
    squared = along.squared(before / before.sum(), after / after.sum())
    everyone = related.everyone
    independent = everyone.direction([null.counts for null in everyone.null_of]).independent()
    cumulants, blocks = spread_at(related.related.spreads, independent, days=related.nulls.days)
    cumulants *= along.independent().first / independent.first if independent.first else 1.0
    return tail(squared / (1 / before.sum() + 1 / after.sum()), cumulants, blocks)


def _by_rows(related: _Members) -> float | None:
    """Judge as if rows were independent of each other: how columns hang together in one row is known."""
    mine, theirs = related.reference.pairs, related.current.pairs
    if mine is None or theirs is None or related.reference.weights is not None:
        return None
    scores = {score.position: place for place, score in enumerate(mine.sums.scores.each)}
    at = [scores.get(place, -1) for place in related.places]
    if min(at) < 0:  # only so many columns have scores
        return None
    covariance, before, valid = _moments(mine.sums, at)
    _, after, seen = _moments(theirs.sums, at)
    signs = np.array(related.signs, np.float64)
    variance = float(signs @ covariance @ signs)
    squared = float(signs @ (after - before)) ** 2
    return tail(squared / (1 / valid + 1 / seen), Cumulants(variance, variance**2, variance**3), math.inf)


def _moments(sums: PairSums, at: Sequence[int]) -> tuple[Floats, Floats, int]:
    """Return covariance and means of some scores, and the rows that all of them are known in at least."""
    first, second = sums.scores.pairs
    itself = first == second
    rows = np.maximum(sums.both, 1)
    means = sums.totals / rows[itself]
    covariance = np.zeros((sums.scores.size, sums.scores.size))
    covariance[first, second] = covariance[second, first] = sums.products / rows - means[first] * means[second]
    return covariance[np.ix_(at, at)], means[at], int(rows[itself][at].min())
