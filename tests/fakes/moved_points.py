"""Points whose label hangs on two features, and rows whose log odds something moved that no feature shows."""

import numpy as np
import pyarrow as pa

CONTRACT = """
name: %s
time_column: at
id_columns: [id]
target: left
features: {x: numeric, y: numeric}
candidates: [%s]
"""

ROWS_A_DAY = 10


def points(first: str, days: int, *, moved: float, seed: int) -> pa.Table:
    """Return rows whose log odds were moved by something that no feature shows."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, days * ROWS_A_DAY))
    odds = 1.5 * x + y + moved
    at = np.datetime64(first) + np.repeat(np.arange(days), ROWS_A_DAY)
    left = rng.random(odds.size) < 1 / (1 + np.exp(-odds))
    ids = 1_000_000 * seed + np.arange(odds.size)
    return pa.table(
        {"id": pa.array(ids), "at": pa.array(at), "x": pa.array(x), "y": pa.array(y), "left": pa.array(left)}
    )
