"""Windows of predictions whose truth is known, with days on which everything goes up or down together."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.events import Window
from tests.unit.core.evaluation.samples import Labels, Scores, expit

MONDAY = date(2026, 3, 2)
WEEK = Window(start=MONDAY, end=MONDAY + timedelta(days=7))


@dataclass(frozen=True)
class World:
    """Rows with log odds of `spread` about `middle`, to which each day adds its own shift; the model says `scale` times
    their log odds, so that it is calibrated at 1 where days have no shift."""

    middle: float = 0.35
    spread: float = 0.75
    day_shift: float = 0.0
    scale: float = 1.0

    def draw(self, seed: int, rows: int, *, days: int) -> tuple[Labels, Scores, NDArray[np.intp]]:
        """Return labels, probabilities and the day of each row."""
        rng = np.random.default_rng(seed)
        day = rng.integers(0, days, rows)
        logits = rng.normal(self.middle, self.spread, rows)
        truth = expit(logits + rng.normal(0, self.day_shift, days)[day])
        return (rng.random(rows) < truth).astype(np.int8), expit(self.scale * logits), day


def served(
    labels: Labels,
    probability: Scores,
    day: NDArray[np.intp],
    *,
    role: str = "champion",
    version: str = "3",
    first: date = MONDAY,
    unlabelled: int = 0,
    segments: dict[str, list[str | None]] | None = None,
    shown: NDArray[np.bool_] | None = None,
) -> pa.Table:
    """Return predictions as they are judged; the last `unlabelled` rows have no label yet."""
    known = labels.size - unlabelled
    parts: list[Any] = [None] * labels.size
    if segments is not None:
        parts = [[(name, values[row]) for name, values in segments.items()] for row in range(labels.size)]
    return pa.table(
        {
            "id": pa.array([f"r{row}" for row in range(labels.size)]),
            "day": pa.array([first + timedelta(days=int(each)) for each in day], pa.date32()),
            "version": pa.array([version] * labels.size, pa.string()),
            "role": pa.array([role] * labels.size, pa.string()),
            "prediction": pa.array(probability),
            "label": pa.array([str(value) if row < known else None for row, value in enumerate(labels)], pa.string()),
            "shown": pa.array(np.ones(labels.size, bool) if shown is None else shown),
            "segments": pa.array(parts, pa.map_(pa.string(), pa.string())),
        }
    )
