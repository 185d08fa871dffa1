"""Draws that stay the same in every version of NumPy, which promises that for a generator's bits only."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_UNIFORMS_IN_A_NORMAL = 12


class Draws:
    """Random numbers of one purpose, found by a seed and a key; equal keys give equal numbers."""

    def __init__(self, seed: int, *key: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key))

    def uniform(self, size: int) -> Floats:
        """Return numbers in [0, 1)."""
        raw = np.atleast_1d(self._bits.random_raw(size))
        return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def normal(self, size: int) -> Floats:
        """Return numbers of mean 0 and deviation 1: sums of twelve uniform ones, so at most 6 from the mean."""
        parts = self.uniform(size * _UNIFORMS_IN_A_NORMAL).reshape(_UNIFORMS_IN_A_NORMAL, size)
        total: Floats = parts.sum(axis=0) - _UNIFORMS_IN_A_NORMAL / 2
        return total

    def choice(self, size: int, shares: tuple[float, ...]) -> Whole:
        """Return places in `shares`, each as often as its share says; the last takes what is left to 1."""
        limits = np.cumsum(shares[:-1])
        return np.searchsorted(limits, self.uniform(size), side="right")
