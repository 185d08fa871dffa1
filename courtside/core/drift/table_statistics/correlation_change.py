"""The largest change of a rank correlation between two columns, judged by how much it changes in the history."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.shortening import quoted
from courtside.core.drift.calibration.calendar import DAYS_OF_YEAR
from courtside.core.drift.columns.rounding import Floats, Integers
from courtside.core.drift.pairs.null import PairNull, PairSpread, comparable, fisher
from courtside.core.drift.pairs.scores import Scores
from courtside.core.drift.pairs.table import TablePairs
from courtside.core.drift.profiles.profile import Profile
from courtside.core.drift.table_statistics.statistic import TableEvidence, TableStatistic
from courtside.core.tails import f_tail

MOST_RANKED = 50
"""Simes' p-value considers the pairs that changed most, up to this many; in practice no other pair can lower it."""

MOST_KURTOSIS = 0.1
"""The largest excess kurtosis of a correlation's distribution at which its tails are trusted."""


@dataclass(frozen=True, eq=False, slots=True)
class _Changes:
    """The pairs that can be compared: their positions, both correlations, and changes in standard deviations."""

    first: Integers
    second: Integers
    before: Floats
    after: Floats
    deviations: Floats
    known: float


def correlation_change(reference: Profile, current: Profile, left_out: Collection[str] = ()) -> TableEvidence | None:
    """Compare the rank correlations of all pairs of features, and report the pair that changed most unusually.

    A change is measured against the variation of the pair's correlation between windows of the reference's history that
    are as long as the current one or, without a history, between independent rows. The p-value holds for the whole
    table: Simes 1986, Biometrika 73(3), over all pairs. Returns None if there are no two columns to compare.
    """
    mine, theirs = reference.pairs, current.pairs
    if mine is None or theirs is None or mine.null is None:
        return None
    days = (current.period[1] - current.period[0]).days + 1 if current.period else DAYS_OF_YEAR
    scores = mine.sums.scores
    kept = _kept(reference, scores, left_out) & _well_known(scores.kurtosis(reference.columns), current.rows, scores)
    found = _changes(mine, theirs, mine.null, days, kept)
    if not found.deviations.size:
        return None
    most = int(np.abs(found.deviations).argmax())
    pair = (int(found.first[most]), int(found.second[most]))
    history = mine.null.nearest(days)
    return TableEvidence(
        effect=float(abs(found.after[most] - found.before[most])),
        pvalue=_simes(np.abs(found.deviations), found.known),
        said=_said(_names(reference, mine.sums.scores, pair), float(found.before[most]), float(found.after[most])),
        chance=_chance(float(abs(found.deviations[most])), history),
        windows=history.windows if history else None,
        days=history.days if history else None,
    )


def _kept(reference: Profile, scores: Scores, left_out: Collection[str]) -> NDArray[np.bool_]:
    """Mark the pairs of two different features that are both to be compared."""
    positions = np.array([score.position for score in scores.each], np.int64)
    wanted = np.array([reference.columns[position].name not in left_out for position in positions], np.bool_)
    first, second = scores.different
    kept: NDArray[np.bool_] = (positions[first] != positions[second]) & wanted[first] & wanted[second]
    return kept


def _well_known(kurtosis: Floats, rows: int, scores: Scores) -> NDArray[np.bool_]:
    """Mark the pairs whose correlation is nearly normal in so many rows, unlike that of two rare levels in few rows."""
    first, second = scores.different
    found: NDArray[np.bool_] = kurtosis[first] * kurtosis[second] <= MOST_KURTOSIS * rows
    return found


def _changes(mine: TablePairs, theirs: TablePairs, null: PairNull, days: int, kept: NDArray[np.bool_]) -> _Changes:
    first, second = mine.sums.scores.different
    before, after = mine.sums.correlations(), theirs.sums.correlations()
    rows = [comparable(side, before.variances, first, second) for side in (before, after)]
    variance, known = null.at(days)
    there = kept & (rows[0] > 0) & (rows[1] > 0)
    error = np.sqrt(variance[there] * (1 / rows[0][there] + 1 / rows[1][there]))
    deviations = (fisher(after.values[there]) - fisher(before.values[there])) / error
    return _Changes(first[there], second[there], before.values[there], after.values[there], deviations, known)


def _simes(deviations: Floats, known: float) -> float:
    ranked = np.sort(deviations)[::-1][:MOST_RANKED]
    tails = (f_tail(float(one) ** 2, degrees=1, other_degrees=known) for one in ranked)
    return min(1.0, *(deviations.size * tail / rank for rank, tail in enumerate(tails, 1)))


def _names(reference: Profile, scores: Scores, pair: Sequence[int]) -> list[str]:
    """Return the names of the columns of a pair, with the level if a score stands for one."""
    chosen = [scores.each[place] for place in pair]
    names = [quoted(reference.columns[score.position].name) for score in chosen]
    return [
        name if score.level is None else f"{name} being {quoted(score.level)}"
        for name, score in zip(names, chosen, strict=True)
    ]


def _said(names: Sequence[str], before: float, after: float) -> str:
    return f"the rank correlation of {names[0]} and {names[1]} went {before:z.2f} → {after:z.2f}"


def _chance(deviation: float, history: PairSpread | None) -> str:
    """Say how far the change is beyond chance, with no more precision than the windows of the history allow."""
    if history is None:
        return f"which is {deviation:.1f} standard deviations if rows are independent (the reference has no history)"
    windows = f"{history.windows} quiet windows of {history.days} days of the reference's history"
    if deviation > history.farthest:
        return f"further than any pair of columns went in {windows}"
    return f"no further than some pair of columns went in {windows}"


TABLE_STATISTIC = TableStatistic(
    name="correlation_change",
    label="largest change of a rank correlation",
    matters=0.2,
    compute=correlation_change,
    added=date(2026, 11, 28),
)
