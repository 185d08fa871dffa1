"""A window that a person accepted becomes a reference: counted once, judged by the chance that the champion's knows.

A window has no history of its own, so what chance may do is taken from the champion's reference; both sides' rows (or
entities) then count as a sample, so that a small accepted window makes no alarms. Where the champion is compared by
month, the accepted window is moved by as much as the champion's reference itself changes from the accepted window's
days of the year to those of the current one: what was accepted in November must not look new in March.
"""

from dataclasses import replace

import numpy as np

from courtside.core.drift.calibration.reweighting import reweighted
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
    """Move each group's share by as much as the champion's reference moves from one part of the year to another."""
    assert known.calibration is not None  # only a calibrated reference has parts of the year
    columns, changes = [], {}
    for column, null, before, after in zip(
        known.columns, known.calibration.nulls, then.columns, now.columns, strict=True
    ):
        groups = null.groups
        held = groups.counts(column.cells)
        change = np.zeros(groups.size)
        if before.valid and after.valid:
            change = groups.counts(after.cells) / after.valid - groups.counts(before.cells) / before.valid
        changes[column.name] = change
        wanted = _whole(held + column.valid * change)
        columns.append(reweighted(column, groups, wanted, rows=column.tally.rows) if column.valid else column)
    return replace(known, columns=tuple(columns), entities=tuple(table.moved(changes) for table in known.entities))


def _whole(counts: Floats) -> Floats:
    """Return counts of which none is negative, with the same sum."""
    kept = np.maximum(counts, 0.0)
    found: Floats = kept * (counts.sum() / kept.sum()) if kept.any() else kept
    return found
