"""The rows that both sides estimate: a holdout of a model that is overconfident, and a month of its predictions.

The month's inputs moved, by pure covariate shift. Files hold the predictions, the labels where they are known, and 16
features, of which 4 decide.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FEATURES = tuple(f"x{number}" for number in range(16))
KNOWN, MONTH = 50_000, 1_000_000
CLASSES = ("a", "b", "c")
OF_CLASSES = (20_000, 100_000)
CHUNKS = 25
"""So many windows are compared as well as the whole month."""
WEIGHTS = np.array([0.9, -0.6, 0.4, 0.3])


def write(folder: Path) -> None:
    """Write the holdout and the month, of two classes and of three."""
    for seed, (name, rows, moved) in enumerate((("reference", KNOWN, 0.0), ("month", MONTH, 0.5))):
        pq.write_table(_of_two(seed, rows, moved), folder / f"{name}.parquet")
    for seed, (name, rows) in enumerate(zip(("reference", "month"), OF_CLASSES, strict=True)):
        pq.write_table(_of_three(seed, rows), folder / f"{name}_of_classes.parquet")


def _of_two(seed: int, rows: int, moved: float) -> pa.Table:
    rng = np.random.default_rng(seed)
    inputs = rng.normal(0, 1, (rows, len(FEATURES)))
    inputs[:, 0] += moved
    logits = 0.3 + inputs[:, : WEIGHTS.size] @ WEIGHTS
    columns = {name: pa.array(inputs[:, number]) for number, name in enumerate(FEATURES)}
    labels = rng.random(rows) < 1 / (1 + np.exp(-logits))
    said = 1 / (1 + np.exp(-1.6 * logits))
    return pa.table({**columns, "label": pa.array(labels.astype(np.int64)), "prediction": pa.array(said)})


def _of_three(seed: int, rows: int) -> pa.Table:
    rng = np.random.default_rng(seed)
    scores = np.exp(rng.normal(0, 1.2, (rows, len(CLASSES))))
    true = scores / scores.sum(axis=1, keepdims=True)
    said = true**1.5 / (true**1.5).sum(axis=1, keepdims=True)
    labels = (rng.random((rows, 1)) > true.cumsum(axis=1)[:, :-1]).sum(axis=1)
    columns = {name: pa.array(said[:, number]) for number, name in enumerate(CLASSES)}
    return pa.table({**columns, "label": pa.array(np.array(CLASSES)[labels])})
