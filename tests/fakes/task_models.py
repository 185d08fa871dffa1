"""Real tables of every task that ship with scikit-learn, and the four families fitted to them by hand."""

from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.datasets import load_diabetes, load_wine
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier, XGBRegressor

from courtside.contracts.model_card import ModelInterface
from courtside.core.intervals import ConformalIntervals
from courtside.core.training.candidates import Flavor
from courtside.core.training.served_input import NUMBER
from courtside.workflows.ports import CandidateRun

FAMILIES = ("linear", "forest", "xgboost", "lightgbm")
CULTIVARS = ("barolo", "grignolino", "barbera")
INTERVALS = ConformalIntervals(0.9, (80.0, 120.0), (150.0,), rows=200)

_FLAVORS = {"xgboost": Flavor.XGBOOST, "lightgbm": Flavor.LIGHTGBM}


def wine() -> tuple[pd.DataFrame, np.ndarray]:
    """Return 178 wines of three cultivars: 13 numbers each, and the cultivar's code."""
    found = load_wine(as_frame=True)
    return found.data.rename(columns=lambda name: name.replace("/", "_")), found.target.to_numpy()


def diabetes() -> tuple[pd.DataFrame, np.ndarray]:
    """Return 442 patients: ten numbers each, and how far the disease went in a year."""
    found = load_diabetes(as_frame=True)
    return found.data, found.target.to_numpy()


def fitted(family: str, *, task: str, rows: pd.DataFrame, target: np.ndarray) -> CandidateRun:
    """Return one family fitted to rows as a candidate that is to be logged."""
    classes = task == "multiclass"
    made: dict[str, Any] = {
        "linear": Pipeline(
            [("scaler", StandardScaler()), ("model", LogisticRegression(max_iter=1_000) if classes else Ridge())]
        ),
        "forest": (RandomForestClassifier if classes else RandomForestRegressor)(n_estimators=20, random_state=42),
        "xgboost": (XGBClassifier if classes else XGBRegressor)(n_estimators=20, random_state=42),
        "lightgbm": (LGBMClassifier if classes else LGBMRegressor)(n_estimators=20, random_state=42, verbose=-1),
    }
    return CandidateRun(
        name=family,
        flavor=_FLAVORS.get(family, Flavor.SKLEARN),
        estimator=made[family].fit(rows, target),
        params={},
        metrics={},
        plots={},
        intervals=None if classes else INTERVALS.to_plain(),
    )


def interface(*, task: str, rows: pd.DataFrame) -> ModelInterface:
    """Return what a model of these rows reads and says."""
    target, classes = ("cultivar", CULTIVARS) if task == "multiclass" else ("progression", ())
    return ModelInterface.of(target, classes, dict.fromkeys(rows.columns, NUMBER), task=task)
