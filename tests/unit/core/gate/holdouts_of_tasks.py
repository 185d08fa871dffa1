"""Holdouts of several classes and of values with a known truth."""

import numpy as np
from numpy.typing import NDArray

from courtside.core.gate.holdout import Holdout

CLASSES = ("away", "draw", "home")


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def of_classes(
    *, challenger: float = 0.1, champion: float | None = 0.1, confidence: float = 1.0, n: int = 3_000, seed: int = 0
) -> Holdout:
    """Return rows of three classes on which each model sees the true log odds through noise."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, 3)) + np.log([0.3, 0.2, 0.5])
    labels = (softmax(logits).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    seen = [logits + rng.normal(0, 1, (n, 3)) * (noise or 0.0) for noise in (challenger, champion)]
    return Holdout(
        labels=labels,
        challenger=softmax(confidence * seen[0]),
        champion=None if champion is None else softmax(seen[1]),
        baseline=np.tile([0.3, 0.2, 0.5], (n, 1)),
        task="multiclass",
        classes=CLASSES,
    )


def of_values(
    *,
    challenger: float = 0.1,
    champion: float | None = 0.1,
    scale: float = 1.0,
    n: int = 2_000,
    seed: int = 0,
    reach: float = 1.7,
) -> Holdout:
    """Return values of which half of the variance is noise, and models that see the rest through noise of their own."""
    rng = np.random.default_rng(seed)
    mean = rng.normal(10, 1, n)
    targets = mean + rng.normal(0, 1, n)
    seen = [scale * (mean + rng.normal(0, 1, n) * (noise or 0.0)) for noise in (challenger, champion)]
    return Holdout(
        labels=scale * targets,
        challenger=seen[0],
        champion=None if champion is None else seen[1],
        baseline=np.full(n, 10 * scale),
        task="regression",
        bounds={
            name: np.stack([said - half * scale, said + half * scale], axis=1)
            for name, said, half in zip(("challenger", "champion"), seen, (reach, 1.7), strict=True)
        },
        level=0.9,
    )
