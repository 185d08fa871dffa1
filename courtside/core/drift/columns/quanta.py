"""Sums that are the same to the last bit however the rows are cut and merged: values are added up as whole numbers.

Each value is cut off, by itself, to a multiple of a step that only the grid decides: less than 2**-46 of the distance
between the first and the last decile. Values too large to be counted in such steps are added up exactly, by exponent.
Sums are whole numbers of a unit, 2**-digits, of which steps, the anchor and all such large values are multiples.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.columns.rounding import Floats, Integers

AT_ONCE = 32_768
"""The number of values that are summed (and looked up) at a time, so that they stay in the processor's cache."""
SPAN = 48
"""Binary digits of four times the difference of typical values: few enough for the sum of `AT_ONCE` to have 64."""
DIGITS = 62
"""Binary digits of the largest whole number; with more, int64 could not hold it."""
SMALLEST = 1074
"""Every float is a multiple of 2**-1074."""
EXACT = 2.0**53
"""Floats add integers exactly as long as no sum is larger than this."""
FEW = 128
"""About this many integers can be added one by one in the time of a single call of numpy."""
HALF = 31
MANTISSA = 53
Sum = int | Fraction
"""A sum in units: a whole number of values as they came, maybe a fraction of values that were reweighted."""


@dataclass(frozen=True, slots=True)
class Quantum:
    """The step by which a column's values are counted, 2**-`shift`, up to a `limit` of 2**62 steps.

    Sums are those of value - anchor, in units of 2**-`digits`, as is the `anchor`.
    """

    anchor: int
    digits: int
    shift: int
    limit: float

    @classmethod
    def of(cls, anchor: float, *, spread: float, reach: float) -> "Quantum":
        """Choose a step for values that differ by about `spread` and are mostly at most `reach` in magnitude."""
        fine = SPAN - math.frexp(spread)[1] - 2 if spread else DIGITS - 1
        shift = min(fine, DIGITS - 1 - math.frexp(reach)[1], 1023)
        limit = math.ldexp(1.0, min(DIGITS - shift, 1023)) if reach else 0.0
        numerator, denominator = anchor.as_integer_ratio()
        digits = max(shift, denominator.bit_length() - 1) if reach else SMALLEST
        return cls((numerator << digits) // denominator, digits, shift, limit)

    def exact(self, total: Sum) -> Fraction:
        """Return a sum as a fraction."""
        return Fraction(total, 1 << self.digits)

    def rounded(self, total: Sum) -> float:
        """Return the float that is nearest to a sum, infinite if that is beyond all floats."""
        try:
            return float(total / (1 << self.digits))
        except OverflowError:
            return math.inf if total > 0 else -math.inf

    def mean(self, total: Sum, count: int) -> float:
        """Return the mean of so many values from their sum, which is that of value - anchor."""
        return float((total + count * self.anchor) / (count << self.digits))

    def units(self, exact: Fraction) -> Sum:
        """Return a sum in units from a fraction."""
        found, rest = divmod(exact.numerator << self.digits, exact.denominator)
        return exact * (1 << self.digits) if rest else found

    def sum(self, values: Floats, *, minimum: float, maximum: float, whole: bool = False) -> int:
        """Return the sum of value - anchor over finite values, all `whole` or not, from `minimum` to `maximum`."""
        largest = max(-minimum, maximum)
        if whole and self.shift >= 0 and largest * values.size < EXACT:
            return self._less_anchor(int(values.sum()) << self.shift, values.size)
        if largest > self.limit:
            far = np.abs(values) > self.limit
            near, values = values[~far], values[far]
            steps = self._steps(near, None)
            return self._less_anchor(steps, far.size) + self._far_sum(values)
        scale = math.ldexp(1.0, self.shift)
        narrow = (maximum - minimum) * scale * min(values.size, AT_ONCE) < 1 << 63
        middle = (minimum / 2 + maximum / 2) * scale if narrow else None
        return self._less_anchor(self._steps(values, middle), values.size)

    def sums(self, values: Floats, groups: NDArray[np.intp], counts: Integers, *, largest: float) -> list[int]:
        """Return the sum of value - anchor of each group, of which `counts` are the sizes, `largest` the magnitude."""
        if largest > self.limit and (far := np.abs(values) > self.limit).any():
            beyond = [self._far_sum(values[far & (groups == group)]) for group in range(counts.size)]
            sums = self.sums(values[~far], groups[~far], counts, largest=self.limit)
            return [near + more for near, more in zip(sums, beyond, strict=True)]
        steps = _whole_sums((values * math.ldexp(1.0, self.shift)).astype(np.int64), groups, counts.size)
        return list(map(self._less_anchor, steps, counts.tolist()))

    def _steps(self, values: Floats, middle: float | None) -> int:
        """Return the sum in steps; `middle` is the values' midrange in steps, None if they lie far apart."""
        total, scale = 0, math.ldexp(1.0, self.shift)
        for start in range(0, values.size, AT_ONCE):
            steps = values[start : start + AT_ONCE] * scale
            lowest = int(steps.astype(np.int64).sum())  # the last 64 digits; a rough sum is near enough for the others
            rough = int(steps.sum()) if middle is None else int(middle) * steps.size
            total += lowest + ((rough - lowest + (1 << 63)) >> 64 << 64)
        return total

    def _less_anchor(self, steps: int, count: int) -> int:
        """Return a sum in steps in units, less the anchor for each of its values."""
        return (steps << self.digits - self.shift) - count * self.anchor

    def _far_sum(self, values: Floats) -> int:
        """Return the exact sum of values beyond the limit, added up by exponent."""
        digits, exponents = np.frexp(values)
        held, place = np.unique(exponents, return_inverse=True)
        wholes = _whole_sums(np.ldexp(digits, MANTISSA).astype(np.int64), place, held.size)
        powers = (self.digits + exponent - MANTISSA for exponent in held.tolist())
        return sum(_shifted(whole, power) for whole, power in zip(wholes, powers, strict=True))


def _whole_sums(steps: Integers, groups: NDArray[np.intp], size: int) -> list[int]:
    """Sum up to 2**22 whole numbers by group: few one by one, many in halves whose sums floats hold exactly."""
    if steps.size <= FEW:
        found = [0] * size
        for group, step in zip(groups.tolist(), steps.tolist(), strict=True):
            found[group] += step
        return found
    upper = np.bincount(groups, steps >> HALF, size).tolist()
    lower = np.bincount(groups, steps & ((1 << HALF) - 1), size).tolist()
    return [(int(high) << HALF) + int(low) for high, low in zip(upper, lower, strict=True)]


def _shifted(whole: int, power: int) -> int:
    """Return a whole number times a power of two; the product must be whole, too."""
    return whole << power if power >= 0 else whole >> -power
