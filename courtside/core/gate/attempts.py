"""What repeated attempts on one holdout cost.

Whoever tries often enough is lucky once: of 20 challengers that are as good as the champion, each promoted by luck in
2.5 % of holdouts, one or another would be promoted in up to 40 %. So all attempts against one champion on rows that
their holdouts share have one budget of luck, and the k-th of them spends 1 / (k (k + 1)) of it. These shares sum to
one, so however many attempts there will be, and whether or not they depend on each other, the champion is replaced by
luck with no more than that probability (the union bound, spent over attempts without end as by D. P. Foster, R. A.
Stine, "Alpha-investing", Journal of the Royal Statistical Society B 70, 2008). The first attempt spends half of it,
which is the usual interval of 95 %.
"""

from statistics import NormalDist

from courtside.core.evaluation import Interval

LUCK = 0.05
"""The chance that a champion is ever replaced by luck: that one end of an interval lies on the wrong side."""
USUAL_LEVEL = 0.95


def level_of(attempts: int) -> float:
    """Return the level of the interval that decides about the challenger that is the `attempts`-th, from 1 on.

    >>> [round(level_of(attempts), 4) for attempts in (1, 2, 3, 20)]
    [0.95, 0.9833, 0.9917, 0.9998]
    """
    return 1 - 2 * LUCK / (attempts * (attempts + 1))


def widened(interval: Interval, level: float) -> Interval:
    """Return a 95 % interval at another level, each of its ends as many times farther from the figure as of a normal.

    A thousand resamples do not reach the ends of such intervals, but give those of 95 % well.
    """
    times = _half(level) / _half(USUAL_LEVEL)
    value = interval.value
    return Interval(value, value - times * (value - interval.low), value + times * (interval.high - value))


def _half(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
