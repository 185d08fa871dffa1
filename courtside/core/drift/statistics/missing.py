"""This statistic tells whether more values are missing than in the reference."""

import math
from dataclasses import dataclass

from courtside.core.drift.columns.tally import Tally

POINTS = 0.05
"""A smaller rise of the missing rate is not a reason to distrust a column."""
ALPHA = 0.001
"""The p-value below which a rise counts; it is strict because gaps come in runs, so usually `POINTS` decides."""


@dataclass(frozen=True, slots=True)
class MissingShift:
    """Missing rates of reference and current, in [0, 1], and the one-sided p-value of a rise."""

    reference: float
    current: float
    pvalue: float

    @property
    def rose(self) -> bool:
        """Tell whether the rise is large enough to matter and too large for chance."""
        return self.current - self.reference > POINTS and self.pvalue < ALPHA

    @property
    def lost(self) -> float:
        """Return the share of the values left by the reference's rate that are missing now."""
        return max(0.0, self.current - self.reference) / (1 - self.reference) if self.reference < 1 else 0.0


def missing_shift(reference: Tally, current: Tally) -> MissingShift:
    """Compare missing rates by the pooled two-proportion z-test.

    Both sides need rows. Source: A. Agresti, "Categorical Data Analysis", 3rd edition (2013), section 3.2.
    """
    before, after = reference.missing_rate, current.missing_rate
    missing = (reference.rows - reference.valid) + (current.rows - current.valid)
    pooled = missing / (reference.rows + current.rows)
    variance = pooled * (1 - pooled) * (1 / reference.rows + 1 / current.rows)
    if variance == 0:
        return MissingShift(before, after, 1.0)
    z = (after - before) / math.sqrt(variance)
    return MissingShift(before, after, math.erfc(z / math.sqrt(2)) / 2)
