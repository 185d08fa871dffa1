"""A window that a person accepted becomes a reference: counted once, judged by the chance that the champion's knows.

A window has no history of its own, so what chance may do is taken from the champion's reference; both sides' rows (or
entities) then count as a sample, so that a small accepted window makes no alarms. Where the champion is compared by
month, the accepted window is moved by as much as the champion's reference itself changes from the accepted window's
days of the year to those of the current one: what was accepted in November must not look new in March.
"""

from dataclasses import replace

import numpy as np

from courtside.core.drift.calibration.groups import Groups
from courtside.core.drift.calibration.reweighting import reweighted
from courtside.core.drift.columns.column import Column, merged_column
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.policies.policy import Policy
from courtside.core.drift.profiles.profile import Profile


def accepted_reference(accepted: Profile, champion: Profile, current: Profile, policy: Policy) -> Profile:
    """Return an accepted profile as the reference of a current one; all three are on the champion's grid."""
    if not policy.uses_history:
        return accepted
    whole = champion.newest.profile if champion.newest else champion
    known = replace(
        accepted,
        # Months are left out: the rows of one window are no reference for the others.
        calibration=replace(whole.calibration, phases=None) if whole.calibration else None,
        related=whole.related,
        pairs=replace(accepted.pairs, null=whole.pairs.null) if accepted.pairs and whole.pairs else None,
        segments=tuple(
            replace(mine, profile=accepted_reference(mine.profile, of_champion.profile, theirs.profile, policy))
            for mine, of_champion, theirs in zip(accepted.segments, champion.segments, current.segments, strict=True)
        ),
    )
    then, now = (champion.comparable(side.period, minimum_rows=policy.minimum_rows) for side in (accepted, current))
    return known if then is now else _moved(known, then, now)


def _moved(known: Profile, then: Profile, now: Profile) -> Profile:
    """Move each column as the champion's reference moves from one part of the year to another."""
    assert known.calibration is not None  # only a calibrated reference has parts of the year
    columns, changes = list(known.columns), {}
    sides = zip(known.columns, then.columns, now.columns, known.calibration.nulls, strict=True)
    for place, (column, before, after, null) in enumerate(sides):
        changes[column.name] = np.zeros(null.groups.size)
        if not all(side.valid for side in (column, before, after)):
            continue
        mine, *others = (_shares(null.groups, side) for side in (column, before, after))
        moved = (_by_quantile if null.groups.ordered else _by_share)(mine, *others)
        changes[column.name] = moved - mine
        # Within a group, values lie as they do on both sides, because one of them may have none there.
        both = merged_column(column, after)
        columns[place] = reweighted(both, null.groups, column.valid * moved, rows=column.tally.rows)
    return replace(known, columns=tuple(columns), entities=tuple(table.moved(changes) for table in known.entities))


def _shares(groups: Groups, column: Column) -> Floats:
    found: Floats = groups.counts(column.cells) / column.valid
    return found


def _by_quantile(accepted: Floats, then: Floats, now: Floats) -> Floats:
    """Move values to where the reference has the same quantile now; those beyond all of its values stay."""
    here = np.arange(accepted.size + 1, dtype=np.float64)
    mine, before, after = (np.append(0.0, np.cumsum(side)).round(12) for side in (accepted, then, now))
    # Where no value of the reference lies, its quantile is that of a whole stretch.
    first = here[-1] - np.interp(1 - after, (1 - before)[::-1], here)
    last = np.interp(after, before, here)
    found: Floats = np.diff(np.interp(np.clip(here, first, last), here, mine))
    return found


def _by_share(accepted: Floats, then: Floats, now: Floats) -> Floats:
    """Add to each level's share what the reference adds, but never take more than it has."""
    kept = np.maximum(accepted + now - then, 0.0)
    found: Floats = kept / kept.sum()
    return found
