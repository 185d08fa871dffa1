"""Rows whose truth is known."""

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int8]
Scores = NDArray[np.float64]


def expit(logits: Scores) -> Scores:
    return np.asarray(1 / (1 + np.exp(-logits)))


def calibrated(seed: int, n: int, spread: float = 0.75) -> tuple[Labels, Scores]:
    """Labels, and the log odds they were drawn from: as informative as a game's features, AUC about .67."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0.35, spread, n)
    return (rng.random(n) < expit(logits)).astype(np.int8), logits
