"""What an interval of a difference says: one of three outcomes."""

from enum import StrEnum

from courtside.core.sequential.stretch import Interval


class Outcome(StrEnum):
    """What is known of a champion beside an opponent."""

    WORSE = "worse"
    EQUIVALENT = "equivalent"
    NOT_KNOWN = "not_known"


def outcome(interval: Interval, *, margin: float) -> Outcome:
    """Say what an interval of the champion's loss less its opponent's means; `margin` >= 0 is in the unit of the loss.

    A champion whose loss is surely within the margin is equivalent even if it is surely a little higher, so that no
    number of rows makes a difference matter that nobody would act on. A better champion is equivalent too.

    >>> outcome(Interval(0.02, 0.004, 0.038), margin=0.006)
    <Outcome.WORSE: 'worse'>
    >>> outcome(Interval(0.002, 0.001, 0.003), margin=0.006)
    <Outcome.EQUIVALENT: 'equivalent'>
    """
    if interval.low is None or interval.high is None:
        return Outcome.NOT_KNOWN
    if interval.high < margin:
        return Outcome.EQUIVALENT
    return Outcome.WORSE if interval.low > 0 else Outcome.NOT_KNOWN
