"""The squared distance that is calibrated: that of Anderson and Darling for numbers, Pearson's for categories."""

from dataclasses import dataclass

import numpy as np

from courtside.core.drift.columns.rounding import Floats, Integers

SMALLEST_SHARE = 0.005
"""Rarer groups weigh as much as a group of this share, so that single rows decide nothing."""


@dataclass(frozen=True, slots=True)
class Cumulants:
    """Sums of the first three powers of the eigenvalues of a distance's covariance, which describe its shape."""

    first: float
    second: float
    third: float

    @classmethod
    def of(cls, matrix: Floats) -> "Cumulants":
        """Compute the cumulants from the traces of a symmetric matrix without negative eigenvalues."""
        squared = matrix @ matrix
        return cls(float(np.trace(matrix)), float(np.trace(squared)), float((squared * matrix).sum()))

    def rounded(self) -> "Cumulants":
        """Keep six digits, as a profile does."""
        return Cumulants(*(float(f"{value:.6g}") for value in (self.first, self.second, self.third)))

    def __mul__(self, factor: float) -> "Cumulants":
        """Scale the distance."""
        return Cumulants(self.first * factor, self.second * factor**2, self.third * factor**3)


@dataclass(frozen=True, eq=False, slots=True)
class Distance:
    """Coordinates in which the shares of two groups are compared; the distance is their squared length."""

    ordered: bool
    scale: Floats
    shares: Floats

    @classmethod
    def of(cls, counts: Integers, *, ordered: bool) -> "Distance":
        """Weigh the coordinates by the shares of a reference that has these counts per group.

        Source: Anderson & Darling 1952, Ann. Math. Stat. 23(2), on grouped values; Pearson 1900.
        """
        shares = counts / max(1, counts.sum())
        if ordered:
            below = np.cumsum(shares)[:-1]
            step = (shares[:-1] + shares[1:]) / 2
            spread = np.maximum(below * (1 - below), SMALLEST_SHARE * (1 - SMALLEST_SHARE))
            return cls(ordered, np.sqrt(step / spread), shares)
        return cls(ordered, 1 / np.sqrt(np.maximum(shares, SMALLEST_SHARE)), shares)

    @property
    def dimensions(self) -> int:
        """How many coordinates there are."""
        return int(self.scale.size)

    def coordinates(self, shares: Floats) -> Floats:
        """Return the coordinates of shares, shape (..., groups), as (..., dimensions)."""
        values = np.cumsum(shares, axis=-1)[..., :-1] if self.ordered else shares
        result: Floats = values * self.scale
        return result

    def squared(self, reference: Floats, current: Floats) -> float:
        """Return the squared distance of two vectors of shares."""
        return float((self.coordinates(current - reference) ** 2).sum())

    def independent(self) -> Cumulants:
        """Return the cumulants of rows times the squared distance from the true shares, for independent rows."""
        return Cumulants.of(self.covariance())

    def covariance(self) -> Floats:
        """Return the covariance of the coordinates of one row."""
        axes = self.coordinates(np.eye(self.shares.size))
        centre = self.shares @ axes
        result: Floats = axes.T @ (axes * self.shares[:, None]) - np.outer(centre, centre)
        return result
