"""A table of games whose values are spread evenly over their distributions, and its features."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.core.dataset import Feature, FeatureKind

FEATURES = [
    Feature("points", FeatureKind.NUMERIC),
    Feature("rest", FeatureKind.NUMERIC),
    Feature("venue", FeatureKind.CATEGORICAL),
    Feature("win", FeatureKind.BINARY),
]


def games(rows: int = 2000, *, shift: float = 0.0, seed: int = 0, **columns: Any) -> pa.Table:
    """Return a table whose values are spread evenly over their distributions, so that no test depends on chance."""
    rng = np.random.default_rng(seed)
    evenly = (np.arange(rows) + 0.5) / rows
    table: dict[str, Any] = {
        "points": rng.permutation(104.1 + shift + 6 * np.log(evenly / (1 - evenly)) / 1.8),
        "rest": np.arange(rows) % 4,
        "venue": ["home", "away"] * (rows // 2),
        "win": [True, True, False, True] * (rows // 4),
        "day": pa.array([date(2024, 1, 1 + i % 28) for i in range(rows)]),
    }
    return pa.table({name: pa.array(values) for name, values in (table | columns).items() if values is not None})
