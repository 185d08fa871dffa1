"""Holdouts with a known truth: a champion that is right, and challengers that differ from it in one way."""

import numpy as np
from numpy.typing import NDArray

from courtside.core.gate.holdout import Holdout
from tests.unit.core.evaluation.samples import calibrated, expit


def holdout(
    *,
    challenger: float = 0.1,
    champion: float | None = 0.1,
    confidence: float = 1.0,
    n: int = 4_000,
    seed: int = 0,
    segments: NDArray[np.str_] | None = None,
) -> Holdout:
    """Return rows on which each model sees the true log odds through noise of the given standard deviation.

    The challenger's log odds are multiplied by `confidence`, which does not change their order.
    """
    labels, logits = calibrated(seed, n)
    rng = np.random.default_rng(seed + 1_000_000)
    seen = [logits + rng.normal(0, 1, n) * (noise or 0.0) for noise in (challenger, champion)]
    return Holdout(
        labels=labels,
        challenger=expit(confidence * seen[0]),
        champion=None if champion is None else expit(seen[1]),
        baseline=np.full(n, 0.57),
        segments=segments,
    )
