"""What estimates are learnt from: the rows that the champion was judged by before it became one."""

import numpy as np
from numpy.typing import NDArray

from courtside.contracts import training_keys
from courtside.core.dataset import Dataset
from courtside.core.estimation import Reference
from courtside.core.gate.holdout import Holdout
from courtside.core.parquet import read_parquet_content
from courtside.workflows.estimates.features import Features
from courtside.workflows.ports import Lake, ObjectMissing

MOST_ROWS = 500_000
"""How many rows of a holdout are learnt from at most."""


def holdout_of(training_id: str, *, lake: Lake, dataset: Dataset) -> Holdout | None:
    """Return a training's holdout, None where it left none, as for an imported version.

    Raises `HoldoutInvalid` and what reading parquet raises.
    """
    try:
        content = lake.read(training_keys.training_holdout(dataset.name, training_id))
    except ObjectMissing:
        return None
    return Holdout.of(read_parquet_content(content))


def reference_of(holdout: Holdout, *, dataset: Dataset, features: Features | None = None) -> Reference:
    """Return labels and predictions of a holdout, without rows of a class that no model knows.

    With `features` it has those of its rows too, where they are still there.
    """
    known = np.flatnonzero(holdout.known)
    rows = known[chosen_rows(known.size, MOST_ROWS)]
    found = None if features is None else features.of_holdout(holdout)
    return Reference(
        predictions=holdout.challenger[rows],
        labels=holdout.labels[rows],
        task=dataset.task,
        features=None if found is None else found.take(rows),
    )


def chosen_rows(rows: int, most: int) -> NDArray[np.int64]:
    """Return which rows count: all of them, or so many that are drawn with a fixed seed, in their order."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(42).choice(rows, most, replace=False))
