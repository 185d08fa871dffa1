"""Courtside's estimators and NannyML's CBPE on the same rows, each by the same three steps.

`prepare` loads the rows and returns what learns and estimates the whole month; `windows` estimates it in pieces;
`of_classes` does so for three classes. NannyML runs in the environment of `benchmarks/peers`, without Courtside.
"""

# mypy: disable-error-code="import-not-found"
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from benchmarks.estimating.tables import CHUNKS, CLASSES, FEATURES

Figures = dict[str, float]
Estimate = Callable[[], Figures]


class Ours:
    """One of Courtside's estimators."""

    def __init__(self, name: str, folder: Path) -> None:
        from courtside.core.estimation import REGISTRY, Reference, Window

        self.estimator, self.folder = REGISTRY[name], folder
        features = FEATURES if self.estimator.needs_features else ()
        columns = ["prediction", "label", *features]
        reference, month = (
            pq.read_table(folder / f"{side}.parquet", columns=columns) for side in ("reference", "month")
        )
        self.known = Reference(
            predictions=reference["prediction"].to_numpy(),
            labels=reference["label"].to_numpy(),
            features=reference.select(features),
        )
        self.month = Window(predictions=month["prediction"].to_numpy(), features=month.select(features))

    def whole(self) -> Figures:
        """Learn from the holdout and estimate the month."""
        return dict(self.estimator.fit(self.known)(self.month).values)

    def windows(self) -> list[Figures]:
        """Estimate the month in pieces."""
        from courtside.core.estimation import Window

        estimate = self.estimator.fit(self.known)
        pieces = np.array_split(self.month.predictions, CHUNKS)
        return [dict(estimate(Window(predictions=piece)).values) for piece in pieces]

    def of_classes(self) -> Figures:
        """Learn and estimate three classes."""
        from courtside.core.estimation import MULTICLASS, Reference, Window

        known, month = (pq.read_table(self.folder / f"{side}_of_classes.parquet") for side in ("reference", "month"))
        said = [np.column_stack([table[name].to_numpy() for name in CLASSES]) for table in (known, month)]
        labels = np.searchsorted(CLASSES, known["label"].to_numpy(zero_copy_only=False).astype(str))
        estimate = self.estimator.fit(Reference(predictions=said[0], labels=labels, task=MULTICLASS))
        return dict(estimate(Window(predictions=said[1], task=MULTICLASS)).values)


class NannyMl:
    """NannyML's CBPE, as its documentation shows it."""

    def __init__(self, folder: Path) -> None:
        import pandas as pd

        self.folder = folder
        columns = ["prediction", "label"]
        self.known, self.month = (
            pd.read_parquet(folder / f"{side}.parquet", columns=columns) for side in ("reference", "month")
        )
        for frame in (self.known, self.month):
            frame["called"] = (frame["prediction"] > 0.5).astype(int)

    def whole(self) -> Figures:
        """Learn from the holdout and estimate the month."""
        return self._estimated(1)[0]

    def windows(self) -> list[Figures]:
        """Estimate the month in pieces."""
        return self._estimated(CHUNKS)

    def _estimated(self, chunks: int) -> list[Figures]:
        import nannyml

        estimator = nannyml.CBPE(
            y_pred_proba="prediction",
            y_pred="called",
            y_true="label",
            problem_type="classification_binary",
            metrics=["accuracy", "roc_auc"],
            chunk_number=chunks,
        )
        estimator.fit(self.known)
        return _figures(estimator.estimate(self.month.drop(columns="label")))

    def of_classes(self) -> Figures:
        """Learn and estimate three classes."""
        import nannyml
        import pandas as pd

        known, month = (pd.read_parquet(self.folder / f"{side}_of_classes.parquet") for side in ("reference", "month"))
        for frame in (known, month):
            frame["called"] = np.array(CLASSES)[frame[list(CLASSES)].to_numpy().argmax(axis=1)]
        estimator = nannyml.CBPE(
            y_pred_proba={name: name for name in CLASSES},
            y_pred="called",
            y_true="label",
            problem_type="classification_multiclass",
            metrics=["accuracy", "roc_auc"],
            chunk_number=1,
        )
        estimator.fit(known)
        return _figures(estimator.estimate(month.drop(columns="label")))[0]


def _figures(result: Any) -> list[Figures]:
    frame = result.filter(period="analysis").to_df()
    names = {"accuracy": "accuracy", "auc": "roc_auc"}
    values: dict[str, Sequence[float]] = {ours: frame[(theirs, "value")].tolist() for ours, theirs in names.items()}
    return [dict(zip(values, each, strict=True)) for each in zip(*values.values(), strict=True)]
