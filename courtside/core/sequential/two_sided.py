"""Which of two predictors has the lower loss: an interval of the mean difference that holds at every look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

import numpy as np

from courtside.core.sequential.looks import LAGS, Risk
from courtside.core.sequential.sequence import DaySums
from courtside.core.sequential.stretch import Interval, Stretch


@dataclass(frozen=True, slots=True)
class TwoSided:
    """A mean difference with its interval; `since` is the first day on which its sign was sure (None: it is not)."""

    interval: Interval
    since: date | None


def two_sided(days: Sequence[DaySums], *, alpha: float = 0.05, fewest_rows: float = 0.0) -> TwoSided:
    """Return what is known of a mean difference by the sums of days, each day once, in any order.

    The interval leaves out the truth, at any look ever, with a probability of at most `alpha`; it has no ends for fewer
    than `fewest_rows` rows.
    """
    known = sorted((each for each in days if each.rows), key=attrgetter("day"))
    if not known:
        return TwoSided(Interval(None), None)
    rows, totals = (
        np.concatenate((np.zeros(LAGS), [getattr(each, name) for each in known])) for name in ("rows", "total")
    )
    risk, stretch = Risk(alpha / 2, 0.0, fewest_rows), Stretch(0, known[0].day)
    looks = stretch.looks(rows, totals)
    interval = stretch.after(looks).interval(risk)
    surely = np.abs(looks.means) > looks.reach(risk)
    same = surely & (np.sign(looks.means) == np.sign(looks.means[-1]))
    return TwoSided(interval, known[int(np.argmax(same))].day if surely[-1] else None)
