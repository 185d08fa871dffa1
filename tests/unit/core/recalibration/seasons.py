"""Seasons of a champion that was good on its holdout, and of what became of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from courtside.core.recalibration import Course, Finding, Recalibration, promised_ranking

DAYS = 90
MARGIN = 0.0065
FIRST = date(2026, 1, 1)


@dataclass(frozen=True)
class World:
    """What becomes of a champion whose log odds were right, with the mean `base` and the standard deviation `spread`.

    From the day `breaks` on its log odds are stretched `scale` times about the base and moved by `shift`, or those of
    the rows are moved by `moved`, or rows have the `base` rate whatever it says (`worthless`). Each day has an effect
    of its own, of the standard deviation `effect` and the correlation `memory` from day to day.
    """

    scale: float = 1.0
    shift: float = 0.0
    moved: float = 0.0
    worthless: bool = False
    base: float = 0.0
    spread: float = 0.6
    effect: float = 0.0
    memory: float = 0.0
    breaks: int = 0


def said_and_true(
    rng: np.random.Generator, world: World, rows: int, *, broken: bool, effect: float = 0.0
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return labels, and the champion's probabilities of class 1."""
    right = world.base + rng.normal(0, world.spread, rows)
    true = np.full(rows, world.base) if broken and world.worthless else right + world.moved * broken
    said = world.base + world.scale * (right - world.base) + world.shift if broken else right
    return (rng.random(rows) < _share(true + effect)).astype(np.int8), _share(said)


@cache
def findings(world: World, rows: int, seed: int, days: int = DAYS, fewest_rows: float = 0.0) -> tuple[Finding, ...]:
    """Return what is found on each day of a season."""
    rng = np.random.default_rng(seed)
    labels, probability = said_and_true(rng, world, 2_000, broken=False)
    promised = promised_ranking(labels, probability)
    state, course, effect, found = Recalibration(), Course(), 0.0, []
    for number in range(days):
        effect = world.memory * effect + rng.normal(0, world.effect * (1 - world.memory**2) ** 0.5)
        labels, probability = said_and_true(rng, world, rows, broken=number >= world.breaks, effect=effect)
        day, state = state.after(FIRST + timedelta(number), labels, probability)
        course = course.extended([day])
        found.append(course.finding(promised=promised, margin=MARGIN, fewest_rows=fewest_rows))
    return tuple(found)


def _share(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-log_odds)))
