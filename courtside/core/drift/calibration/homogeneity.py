"""Whether a reference agrees with itself and, if it does not, where its newest homogeneous part begins.

For every place between two sub-windows of the history, the rows before it are compared with the rows after it. The
place is a break of a feature if the shares of its groups differ by enough to matter and by far more than neighbouring
sub-windows do. In addition, most later sub-windows must lie beyond half of the way, so that one odd month is not a
break; if several features moved, those that lie there must hold half of the evidence. Within less than about a year, a
season cannot be distinguished from a slow change, so only sudden breaks count there. The place with the most evidence
of all features together is taken, and the rows after it are examined again until no break is left. A slow change is
therefore cut into parts that are short enough for the rest of the change not to matter.

Source: binary segmentation, Vostrikova 1981, Soviet Math. Dokl. 24. The limits are ours; they were chosen on simulated
streams and confirmed on others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from courtside.core.drift.calibration.days import DayCounts
from courtside.core.drift.calibration.distance import Distance
from courtside.core.drift.calibration.sub_windows import SubWindows
from courtside.core.drift.columns.rounding import Floats

FEWEST_BEFORE, FEWEST_AFTER = 2, 4
"""The fewest sub-windows before and after a break; after it at least so many lie beyond half of the way."""
MATTERS = 0.04
"""The KS or total variation that separates two parts. It is half of the policy's effect, so
that the older part never makes up for more than half of what is called drift."""
BEYOND_CHANCE = 30.0
"""The squared distance of two parts, in units of that expected from neighbouring sub-windows."""
MOST = 0.6
"""The share of later sub-windows that must lie beyond half of the way."""
AT_ONCE = 0.8
"""The share of the way that a sudden break covers at once; a season covers less than half of it in half a year."""


@dataclass(frozen=True, slots=True)
class NewestPart:
    """The part of a history from `day` (since 1970) on, and how far each feature moved in the breaks before it.

    `moved` is in the order of the features: the largest KS or total variation, or 0 for a feature without a break.
    """

    day: int
    moved: tuple[float, ...]


def newest_part(history: DayCounts, distances: Sequence[Distance], *, phased: bool) -> NewestPart | None:
    """Return the newest part without a break, or None if the history has no break or too few days to tell.

    `distances` belong to the features whose groups the history counts. With `phased`, only the same parts of the year
    are compared; otherwise they are if both sides have enough of them in common.
    """
    if history.days.size < FEWEST_BEFORE + FEWEST_AFTER:
        return None
    windows = SubWindows.of(history, distances)
    start, moved = 0, np.zeros(len(distances))
    while (found := _newest_break(windows, start, phased=phased)) is not None:
        start = found.place
        moved = np.maximum(moved, found.moved)
    return NewestPart(int(windows.first_days[start]), tuple(moved.tolist())) if start else None


@dataclass(frozen=True, eq=False, slots=True)
class _Break:
    place: int
    moved: Floats


def _newest_break(windows: SubWindows, start: int, *, phased: bool) -> _Break | None:
    """Return the break with the most evidence among the sub-windows from `start` on."""
    places = np.arange(start + FEWEST_BEFORE, windows.count - FEWEST_AFTER + 1)
    before, after, places, alike = windows.weights(places, start=start, phased=phased)
    if not places.size:
        return None
    contrasts = after - before
    moved, excess = windows.moved(contrasts), windows.excess(contrasts)
    broken = (moved >= MATTERS) & (excess >= BEYOND_CHANCE)
    evidence = np.where(broken, excess, 0).sum(axis=1)
    for found in np.argsort(-evidence, kind="stable")[: int(broken.any(axis=1).sum())]:
        place, contrast = int(places[found]), contrasts[found]
        gone = windows.gone(place, before[found], after[found])
        lasting = broken[found] & (gone >= max(FEWEST_AFTER, MOST * (windows.count - place)))
        if 2 * excess[found][lasting].sum() < evidence[found]:
            continue
        beside = slice(max(start, place - FEWEST_AFTER), place + FEWEST_AFTER)
        sudden = alike[found] or windows.at_once(place, contrast, lasting, beside=beside) >= AT_ONCE
        return _Break(place, np.where(lasting, moved[found], 0)) if sudden else None
    return None
