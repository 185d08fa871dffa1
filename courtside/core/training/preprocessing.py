"""The preprocessing before an estimator, as far as the table and the estimator need it."""

from dataclasses import dataclass
from typing import Any, Self

import pandas as pd

from courtside.core.training.candidates import Candidate, Predictor, Preprocessing

MOST_LEVELS = 50
"""Levels of one category that get a column each; the rarer ones share one column, as do levels that were never seen."""
COLUMNS, SCALER, MODEL = "columns", "scaler", "model"


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a frame of features: which are numbers and which are categories."""

    names: tuple[str, ...]
    numeric: tuple[str, ...]
    categorical: tuple[str, ...]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Self:
        """Describe a frame's columns."""
        names = tuple(map(str, frame))
        numeric = tuple(name for name in names if pd.api.types.is_numeric_dtype(frame[name]))
        return cls(
            names=names,
            numeric=numeric,
            categorical=tuple(name for name in names if name not in numeric),
        )

    @property
    def plain(self) -> bool:
        """Whether every estimator takes the frame as it is; the boosters refuse some characters in names."""
        return not self.categorical and all(name.isidentifier() for name in self.names)


def prepared(candidate: Candidate, columns: Columns) -> Predictor:
    """Return the candidate's unfitted estimator, behind the preprocessing that it needs for such columns, if any."""
    needs = candidate.preprocessing
    steps: list[tuple[str, Any]] = []
    # Rows to predict may have gaps where the training rows had none, so the imputer is always there.
    if needs.imputed or not columns.plain:
        steps.append((COLUMNS, _column_transformer(columns, needs)))
    if needs.scaled:
        from sklearn.preprocessing import StandardScaler

        steps.append((SCALER, StandardScaler()))
    estimator = candidate.build(candidate.params)
    # A pipeline of a team's own is put into one, whose steps are read to find the feature behind each input.
    if not steps and not hasattr(estimator, "steps"):
        return estimator
    from sklearn.pipeline import Pipeline

    model: Predictor = Pipeline([*steps, (MODEL, estimator)])
    return model


def source_features(estimator: Any, feature_names: list[str]) -> list[int]:
    """Return, for every input of a fitted model's last step, the position of the feature that it was made from."""
    steps = dict(estimator.steps) if hasattr(estimator, "steps") else {}
    if COLUMNS not in steps:
        return list(range(len(feature_names)))
    sources: list[int] = []
    for name, _, made_from in steps[COLUMNS].transformers_:
        made = steps[COLUMNS].output_indices_[name]
        each = (made.stop - made.start) // max(len(made_from), 1)
        sources += [feature_names.index(feature) for feature in made_from for _ in range(each)]
    return sources


def _column_transformer(columns: Columns, needs: Preprocessing) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder

    imputer = SimpleImputer(strategy="median", keep_empty_features=True)
    numbers: Any = imputer if needs.imputed else "passthrough"
    # There is one encoder per feature, so how many columns it makes is known without parsing their names.
    encoders = [
        (
            str(position),
            OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=MOST_LEVELS, sparse_output=False),
            [name],
        )
        for position, name in enumerate(columns.categorical)
    ]
    return ColumnTransformer([("numbers", numbers, list(columns.numeric)), *encoders], sparse_threshold=0)
