"""The spread of one feature's few windows is moderated by what the windows of all features show."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from courtside.core.drift.columns.rounding import Floats

TYPICAL_WEIGHT = 20
"""The most independent windows that the features' typical spread counts for beside a feature's own. Three years give
only two differences, so the spread of a whole year is mostly the typical one: a feature that rose from year to year
does not hide its next rise, while features that all wander from year to year are known to do so. There are many windows
of a week, so their spread is mostly the feature's own."""
MEDIAN_EFFICIENCY = 2 / np.pi
"""The variance of a mean divided by that of a median, for many nearly normal values."""


@dataclass(frozen=True, eq=False, slots=True)
class Measured:
    """The covariance of a feature's window deviations, known as well as from `blocks` windows (0 if too few)."""

    covariance: Floats
    blocks: float

    @property
    def size(self) -> float:
        """Return how far windows lie from their reference: the mean of rows times squared distance."""
        return float(np.trace(self.covariance))

    @property
    def dimensions(self) -> float:
        """Return the number of directions in which an even spread would equal this one."""
        return float(self.size**2 / (self.covariance * self.covariance).sum())


def moderate(measured: Sequence[Measured], shapes: Sequence[Floats], independent: Sequence[float]) -> list[Measured]:
    """Shrink each feature's spread towards a typical one, and the more so the fewer windows it is known from.

    The typical spread exceeds that of `independent` rows by the factor of the median feature. It has the shape
    (covariance) of shorter windows, and is known as well as a median of all features' windows. Features without a
    spread stay unchanged.

    Source: the moderated variances of Smyth 2004, Stat. Appl. Genet. Mol. Biol. 3(1); of covariances, Haff 1980, Ann.
    Stat. 8(3).
    """
    known = [own.blocks > 0 and own.size > 0 for own in measured]
    effects = [
        own.size / one / _median(own.blocks * own.dimensions)
        for own, one, counts in zip(measured, independent, known, strict=True)
        if counts
    ]
    typical = float(np.median(effects)) if effects else 0.0
    every = sum(own.blocks for own, counts in zip(measured, known, strict=True) if counts)
    return [
        _drawn(own, shape * (typical * one / np.trace(shape)), others=every - own.blocks) if counts else own
        for own, shape, one, counts in zip(measured, shapes, independent, known, strict=True)
    ]


def _drawn(own: Measured, typical: Floats, *, others: float) -> Measured:
    weight = min(TYPICAL_WEIGHT, MEDIAN_EFFICIENCY * others)
    blocks = own.blocks + weight
    return Measured((own.blocks * own.covariance + weight * typical) / blocks, blocks)


def _median(degrees: float) -> float:
    """Return the median of a chi-squared variable divided by its mean; Wilson & Hilferty 1931, PNAS 17(12)."""
    return max(0.1, 1 - 2 / (9 * degrees)) ** 3
