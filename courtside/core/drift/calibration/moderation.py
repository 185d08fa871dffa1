"""What one feature's few windows say of its spread, moderated by what all features' windows say."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from courtside.core.drift.columns.rounding import Floats

TYPICAL_WEIGHT = 20
"""Most independent windows that the features' typical spread counts for beside a feature's own. Three years are two
differences, so of a whole year's spread little is the feature's own: one that rose from year to year does not hide its
next rise, while features that all wander from year to year are known to. Weeks are known from many windows, and mostly
count themselves."""
MEDIAN_EFFICIENCY = 2 / np.pi
"""Variance of a mean over that of a median, of many nearly normal figures."""


@dataclass(frozen=True, eq=False, slots=True)
class Measured:
    """One feature's covariance of window deviations, as known as from `blocks` of them (none if too few were held)."""

    covariance: Floats
    blocks: float

    @property
    def size(self) -> float:
        """How far windows lie: the mean of rows times squared distance."""
        return float(np.trace(self.covariance))

    @property
    def dimensions(self) -> float:
        """In how many directions windows would have to spread evenly to spread as these do."""
        return float(self.size**2 / (self.covariance * self.covariance).sum())


def moderate(measured: Sequence[Measured], shapes: Sequence[Floats], independent: Sequence[float]) -> list[Measured]:
    """Draw each feature's spread to a typical one, the more the fewer windows it is known from.

    That is as many times the spread of `independent` rows as the median feature's, in the shape (covariance) that
    shorter windows had, and known as well as a median of all features' windows. Features without a spread are left.
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
    """Return the median of a chi-squared variable over its mean; Wilson & Hilferty 1931, PNAS 17(12)."""
    return max(0.1, 1 - 2 / (9 * degrees)) ** 3
