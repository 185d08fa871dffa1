"""Final scores from strengths: a total and a margin, both normal, and never a tie."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from courtside.datasets.simulation.strength import Floats

TOTAL_NOISE = 9.5  # of the mean of both scores, points (standard deviation)
MARGIN_NOISE = 11.4
TIRED = 1.3  # points a back-to-back costs
FEWEST, MOST = 50, 190

Points = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the teams make of a game before luck: the mean of both scores, and home minus away."""

    mean: Floats
    margin: Floats


def draw_scores(
    rng: np.random.Generator, expected: Expectation, *, exact_mean: float | None = None
) -> tuple[Points, Points]:
    """Draw home and away points of the expectation's shape.

    Given `exact_mean`, the scores are shifted together to average it: a published season mean is what
    happened, luck included.
    """
    mean = expected.mean + TOTAL_NOISE * rng.standard_normal(expected.mean.shape)
    if exact_mean is not None:
        mean += exact_mean - mean.mean()
    margin = expected.margin + MARGIN_NOISE * rng.standard_normal(expected.margin.shape)
    home = np.clip(np.rint(mean + margin / 2), FEWEST, MOST).astype(np.int16)
    away = np.clip(np.rint(mean - margin / 2), FEWEST, MOST).astype(np.int16)
    return _without_ties(home, away, favoured=margin > 0)


def _without_ties(home: Points, away: Points, *, favoured: npt.NDArray[np.bool_]) -> tuple[Points, Points]:
    tied = home == away
    return home + (tied & favoured).astype(np.int16), away + (tied & ~favoured).astype(np.int16)
