"""Sums that are the same to the last bit however the rows are cut and merged: values are added up as whole numbers.

Each value is cut off, by itself, to a multiple of a step that only the grid decides: less than 2**-46 of the distance
between the first and the last decile. Values too large to be counted in such steps are added up exactly, by exponent.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.columns.rounding import Floats, Integers

AT_ONCE = 32_768
"""How many values are summed (and looked up) together: few enough to stay in the processor's cache."""
SPAN = 48
"""Binary digits of the largest difference of values whose sum is known from its last 64 digits and their extremes."""
DIGITS = 62
"""Binary digits of the largest whole number; with more, int64 could not hold it."""
HALF = 31
MANTISSA = 53


@dataclass(frozen=True, slots=True)
class Quantum:
    """The step by which a column's values are counted, 2**-`shift`, up to a `limit` of 2**62 steps.

    Sums are those of value - anchor; `anchor` is its exact numerator and denominator.
    """

    anchor: tuple[int, int]
    shift: int
    limit: float

    @classmethod
    def of(cls, anchor: float, *, spread: float, reach: float) -> "Quantum":
        """Choose a step for values that differ by about `spread` and are mostly at most `reach` in magnitude."""
        fine = SPAN - math.frexp(spread)[1] - 2 if spread else DIGITS - 1
        shift = min(fine, DIGITS - 1 - math.frexp(reach)[1], 1023)
        limit = math.ldexp(1.0, min(DIGITS - shift, 1023)) if reach else 0.0
        return cls(anchor.as_integer_ratio(), shift, limit)

    def sum(self, values: Floats, *, minimum: float, maximum: float) -> Fraction:
        """Return the sum of value - anchor over finite values between `minimum` and `maximum`."""
        if max(-minimum, maximum) > self.limit:
            far = np.abs(values) > self.limit
            near, values = values[~far], values[far]
            steps = self._steps(near, None)
            return self._less_anchor(steps, far.size) + _far_sum(values)
        scale = math.ldexp(1.0, self.shift)
        narrow = (maximum - minimum) * scale < 1 << SPAN
        middle = (minimum / 2 + maximum / 2) * scale if narrow else None
        return self._less_anchor(self._steps(values, middle), values.size)

    def sums(self, values: Floats, groups: NDArray[np.intp], counts: Integers) -> list[Fraction]:
        """Return the sum of value - anchor of each group, of which `counts` are the sizes."""
        far = np.abs(values) > self.limit
        beyond = [_far_sum(values[far & (groups == group)]) for group in range(counts.size)] if far.any() else None
        if beyond:
            values, groups = values[~far], groups[~far]
        found = [0] * counts.size
        for start in range(0, values.size, AT_ONCE):
            part = slice(start, start + AT_ONCE)
            steps = (values[part] * math.ldexp(1.0, self.shift)).astype(np.int64)
            found = [sum(pair) for pair in zip(found, _whole_sums(steps, groups[part], counts.size), strict=True)]
        sums = [self._less_anchor(*each) for each in zip(found, counts.tolist(), strict=True)]
        return [near + more for near, more in zip(sums, beyond, strict=True)] if beyond else sums

    def _steps(self, values: Floats, middle: float | None) -> int:
        """Return the sum in steps; `middle` is the values' midrange in steps, None if they lie far apart."""
        total, scale = 0, math.ldexp(1.0, self.shift)
        room, steps = np.empty(min(AT_ONCE, values.size)), np.empty(min(AT_ONCE, values.size), np.int64)
        for start in range(0, values.size, AT_ONCE):
            part = values[start : start + AT_ONCE]
            room, steps = room[: part.size], steps[: part.size]
            np.multiply(part, scale, out=room)
            np.copyto(steps, room, casting="unsafe")
            lowest = int(steps.sum())  # the last 64 digits; a rough sum is near enough to tell the others
            rough = int(room.sum()) if middle is None else int(middle) * part.size
            total += lowest + ((rough - lowest + (1 << 63)) >> 64 << 64)
        return total

    def _less_anchor(self, steps: int, count: int) -> Fraction:
        """Return a sum in steps, less the anchor for each of its values."""
        anchor, parts = self.anchor
        if self.shift > 0:
            return Fraction(steps * parts - (count * anchor << self.shift), parts << self.shift)
        return Fraction((steps << -self.shift) * parts - count * anchor, parts)


def _whole_sums(steps: Integers, groups: NDArray[np.intp], size: int) -> list[int]:
    """Sum up to `AT_ONCE` whole numbers by group, in halves that floats can hold."""
    upper = np.bincount(groups, steps >> HALF, size).tolist()
    lower = np.bincount(groups, steps & ((1 << HALF) - 1), size).tolist()
    return [(int(high) << HALF) + int(low) for high, low in zip(upper, lower, strict=True)]


def _far_sum(values: Floats) -> Fraction:
    """Return the exact sum of values of any size, added up by exponent."""
    digits, exponents = np.frexp(values)
    held, place = np.unique(exponents, return_inverse=True)
    total = Fraction(0)
    for start in range(0, values.size, AT_ONCE):
        part = slice(start, start + AT_ONCE)
        wholes = _whole_sums(np.ldexp(digits[part], MANTISSA).astype(np.int64), place[part], held.size)
        total += sum(whole * Fraction(2) ** (int(e) - MANTISSA) for e, whole in zip(held, wholes, strict=True))
    return total
