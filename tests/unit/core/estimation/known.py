"""Rows whose true probabilities are known, and what is expected of them by brute force."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.estimation import BINARY, MULTICLASS, REGRESSION, Reference, Window

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


def mixed(seed: int, rows: int, *, share_of_new: float, classes: int = 2) -> Reference:
    """Return rows of an old and a new group, of which a model that does not know groups is wrong in opposite ways.

    Only the share of the new group differs between calls, which is pure covariate shift.
    """
    rng = np.random.default_rng(seed)
    new, inputs = rng.random(rows) < share_of_new, rng.normal(0, 1, (rows, 3))
    labels = rng.random(rows) < expit(np.where(new, 0.3 * inputs[:, 0] - 0.4, 1.8 * inputs[:, 0] + 0.3))
    columns = {f"x{number}": pa.array(column) for number, column in enumerate(inputs.T)}
    said = expit(1.4 * inputs[:, 0] + 0.15)
    return Reference(
        predictions=said if classes == 2 else np.column_stack((said / 2, said / 2, 1 - said)),
        labels=labels.astype(np.int8) if classes == 2 else np.where(labels, rng.random(rows) < 0.5, 2),
        features=pa.table({"group": pa.array(np.where(new, "new", "old")), **columns}),
        task=BINARY if classes == 2 else MULTICLASS,
    )


def values(seed: int, rows: int, *, shift: float = 0.0) -> Reference:
    """Return rows of a regression whose errors grow with a feature, which `shift` moves."""
    rng = np.random.default_rng(seed)
    inputs, noisy = rng.normal(shift, 1, (rows, 3)), rng.random(rows) < 0.3
    errors = rng.normal(0, np.where(noisy, 3.0, 0.5) * np.exp(0.3 * inputs[:, 1]))
    columns = {f"x{number}": pa.array(column) for number, column in enumerate(inputs.T)}
    return Reference(
        predictions=2 * inputs[:, 0],
        labels=2 * inputs[:, 0] + errors,
        features=pa.table({"noisy": pa.array(noisy), **columns}),
        task=REGRESSION,
    )
