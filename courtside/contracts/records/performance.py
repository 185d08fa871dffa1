"""What the judging of a model's windows remembers from one check to the next."""

from datetime import date

from courtside.contracts.versioned import Versioned


class PerformanceProgress(Versioned):
    """Which files the last check took into account, as of which day: the number of the last one of each day."""

    as_of: date
    predictions: dict[date, int]
    labels: dict[date, int]
