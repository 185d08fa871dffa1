"""Rows whose true probabilities are known, and what is expected of them by brute force."""

import numpy as np
from numpy.typing import NDArray

from courtside.core.estimation import MULTICLASS, Reference, Window

Numbers = NDArray[np.float64]


def expit(logits: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-logits)))


def drawn(seed: int, rows: int, *, shift: float = 0.0, overconfident: float = 1.0) -> tuple[Numbers, NDArray[np.int8]]:
    """Return what a model says of each row and its label, whose log odds the model multiplies by `overconfident`."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0.35 + shift, 1.0, rows)
    return expit(overconfident * logits), (rng.random(rows) < expit(logits)).astype(np.int8)


def reference(seed: int, rows: int, *, overconfident: float = 1.0) -> Reference:
    said, labels = drawn(seed, rows, overconfident=overconfident)
    return Reference(predictions=said, labels=labels)


def of_classes(seed: int, rows: int, classes: int, *, overconfident: float = 1.0) -> Reference:
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (rows, classes))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (rng.random((rows, 1)) > true.cumsum(axis=1)[:, :-1]).sum(axis=1)
    said = true**overconfident
    return Reference(predictions=said / said.sum(axis=1, keepdims=True), labels=labels, task=MULTICLASS)


def window(known: Reference) -> Window:
    return Window(predictions=known.predictions, task=known.task, features=known.features)
