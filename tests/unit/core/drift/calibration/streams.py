"""Tables whose level wanders from day to day and jumps where a test asks for it."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.dataset import Feature, FeatureKind

Floats = NDArray[np.float64]
START = np.datetime64("2014-01-01")
YEAR = 365
A_DAY = 8
NUMBERS = [Feature(f"x{i}", FeatureKind.NUMERIC) for i in range(3)]
FEATURES = [*NUMBERS, Feature("kind", FeatureKind.CATEGORICAL)]


def wandering(rng: np.random.Generator, days: int, *, lasting: float = 0.9, spread: float = 0.1) -> Floats:
    """Return the levels of three columns by day; each level stays close to that of the day before."""
    steps = rng.normal(0, spread * np.sqrt(1 - lasting**2), (days, 3))
    found = np.empty((days, 3))
    level = rng.normal(0, spread, 3)
    for day, step in enumerate(steps):
        found[day] = level = lasting * level + step
    return found


def stream(
    days: int,
    *,
    seed: int,
    start: int = 0,
    mean: Callable[[Floats], Floats] = np.zeros_like,
    columns: tuple[int, ...] = (0, 1, 2),
    share: Callable[[Floats], Floats] = np.zeros_like,
) -> pa.Table:
    """Return rows of `days` days; `mean` shifts the given columns, and `share` adds to 0.4, the share of level "a"."""
    rng, day = np.random.default_rng(seed), np.arange(start, start + days, dtype=np.float64)
    level = wandering(rng, days)
    level[:, list(columns)] += mean(day)[:, None]
    values = np.repeat(level, A_DAY, axis=0) + rng.normal(size=(days * A_DAY, 3))
    values = np.round(values * 1024) / 1024  # such values add up exactly, so that profiles can be equal
    kind = np.where(rng.random(days * A_DAY) < np.repeat(0.4 + share(day), A_DAY), "a", "b")
    moments = np.repeat(START + day.astype(int), A_DAY)
    return pa.table({"day": moments, "kind": kind, **{f"x{i}": values[:, i] for i in range(3)}})


def until(year: float, by: float = 1.0) -> Callable[[Floats], Floats]:
    """Return a shift of size `by` that lasts until the beginning of a year, counted from 0."""
    return lambda day: np.where(day < year * YEAR, by, 0.0)


def within(*days: tuple[int, int], by: float = 1.5) -> Callable[[Floats], Floats]:
    """Return a shift of size `by` that lasts only over the given ranges of days."""
    return lambda day: by * np.sum([(start <= day) & (day < end) for start, end in days], axis=0, dtype=np.float64)
