"""Samples whose true probabilities are known."""

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int8]
Scores = NDArray[np.float64]


def expit(logits: Scores) -> Scores:
    return np.asarray(1 / (1 + np.exp(-logits)))


def calibrated(seed: int, n: int, spread: float = 0.75) -> tuple[Labels, Scores]:
    """Return labels and the log odds they were drawn from; their AUC of about 0.67 is that of a game's features."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0.35, spread, n)
    return (rng.random(n) < expit(logits)).astype(np.int8), logits
