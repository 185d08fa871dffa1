"""How labels come in: the share that is known by so many days after a row's own day."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.records import LabelsIn

LONGEST = 3_650


def maturity_curve(
    days: NDArray[np.datetime64], known_on: NDArray[np.datetime64], counts: NDArray[np.int64], *, as_of: date
) -> tuple[LabelsIn, ...]:
    """Return the curve up to the last day on which a label came, or to today where none has; empty without rows.

    All three have shape (n,), the days as ``datetime64[D]``, with NaT in `known_on` where there is no label yet;
    `counts` says how many rows share both days. A row that is younger than a point of the curve says nothing about it,
    so it is left out there, and a window with young rows does not pull the curve down.
    """
    today = np.datetime64(as_of, "D")
    past = days <= today
    days, known_on, counts = days[past], known_on[past], counts[past]
    ages = np.minimum((today - days).astype(np.int64), LONGEST)
    labelled = ~np.isnat(known_on) & (known_on <= today)
    waits = np.maximum((known_on[labelled] - days[labelled]).astype(np.int64), 0)
    last = int(min(waits.max(initial=0) if waits.size else ages.max(initial=0), LONGEST))
    points = []
    for day in range(last + 1):
        rows = int(counts[ages >= day].sum())
        if not rows:
            break
        in_time = (waits <= day) & (ages[labelled] >= day)
        points.append(LabelsIn(days=day, rows=rows, labelled=int(counts[labelled][in_time].sum())))
    return tuple(points)


def days_until(curve: Sequence[LabelsIn], share: float) -> int | None:
    """Return after how many days a share of the labels is in, None where the curve has not reached it."""
    return next((point.days for point in curve if point.share >= share), None)


def is_final(end: date, *, as_of: date, label_delay: timedelta) -> bool:
    """Tell whether no more labels are awaited for a window that ends before the day `end`."""
    return end + label_delay <= as_of


def may_be_judged(*, share: float, mature: float, final: bool) -> bool:
    """Tell whether a window of which this share of labels is in may be judged; without any label it never may."""
    return share > 0 and (final or share >= mature)
