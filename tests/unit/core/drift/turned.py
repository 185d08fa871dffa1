"""Tables whose columns each keep their distribution while the correlation between them changes."""

from typing import Any

import numpy as np
import pyarrow as pa

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import Profile, fit

NAMES = ("pace", "points", "rest", "venue")
FEATURES = [Feature(name, FeatureKind.NUMERIC) for name in NAMES[:3]] + [Feature("venue", FeatureKind.CATEGORICAL)]
ROWS_A_DAY = 20
DAYS = 400


def turned(seed: int, *, days: int, correlation: float, first_day: int = 0) -> pa.Table:
    """Return dated rows in which only pace and points are correlated, with the given correlation."""
    rng = np.random.default_rng(seed)
    rows = days * ROWS_A_DAY
    pace, other, rest = rng.standard_normal((3, rows))
    columns: dict[str, Any] = {
        "day": np.datetime64("2020-01-01") + first_day + np.arange(rows) // ROWS_A_DAY,
        "pace": pace,
        "points": 100 + 10 * (correlation * pace + np.sqrt(1 - correlation**2) * other),
        "rest": np.floor(2 + rest),
        "venue": rng.choice(["home", "away", "neutral", "abroad"], rows, p=[0.4, 0.3, 0.2, 0.1]),
    }
    return pa.table(columns)


def reference(*, dated: bool = True) -> Profile:
    """Return a calibrated reference in which the correlation of pace and points is 0.6."""
    history = turned(1, days=DAYS, correlation=0.6)
    return fit(history, FEATURES, time_column="day" if dated else None, calibrated=True)
