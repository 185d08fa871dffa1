"""The reference by month, so that a window is compared with the same days of the reference's years."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from courtside.core.drift.calibration.calendar import DAYS_OF_YEAR, MONTH_OF_DAY, MONTHS, covered, years_and_days
from courtside.core.drift.calibration.days import DayCounts
from courtside.core.drift.columns.arrow import Period
from courtside.core.drift.columns.rounding import Floats, Integers


@dataclass(frozen=True, eq=False, slots=True)
class Phases:
    """The reference's rows on each day of the year, and the counts of all features' groups by month."""

    rows: Integers
    counts: Integers

    @classmethod
    def of(cls, reference: DayCounts) -> "Phases":
        """Gather the days of a reference."""
        _, day_of_year = years_and_days(reference.days)
        rows = np.zeros(DAYS_OF_YEAR, np.int64)
        np.add.at(rows, day_of_year, reference.rows)
        counts = np.zeros((MONTHS, reference.counts.shape[1]), np.int64)
        np.add.at(counts, MONTH_OF_DAY[day_of_year], reference.counts)
        return cls(rows, counts)

    def rows_on(self, period: Period) -> int:
        """Return the reference's rows on the days of the year that a period covers."""
        return int(self.rows[covered(*period)].sum())

    def expected(self, period: Period, sizes: Sequence[int]) -> list[Floats]:
        """Return each feature's group counts for the months, scaled to the days that the period covers."""
        return np.split(self.weights(period) @ self.counts, np.cumsum(sizes)[:-1])

    def weights(self, period: Period) -> Floats:
        """Return the share of each month's rows that lies on the days that the period covers."""
        days = covered(*period)
        wanted = np.bincount(MONTH_OF_DAY[days], self.rows[days], MONTHS)
        held = np.bincount(MONTH_OF_DAY, self.rows, MONTHS)
        result: Floats = wanted / np.maximum(held, 1)
        return result
