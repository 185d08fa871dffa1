"""Random streams: each part of each season has its own, so none depends on how much another drew."""

from enum import IntEnum

import numpy as np


class Part(IntEnum):
    """What a stream is for."""

    STRENGTH = 0
    FORM = 1
    SCHEDULE = 2
    SCORES = 3
    PLAYOFFS = 4


def stream(seed: int, season: int, part: Part) -> np.random.Generator:
    """Return the generator of one part of one season."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(season, part))))
