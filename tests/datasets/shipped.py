"""Tables that installed packages ship, each with its contract's task, time and target.

scikit-learn's wine, digits, diabetes and breast cancer have no times. Matplotlib's monthly closing prices have real
ones. The rows of nannyml are real (blocks of houses of California's census of 1990) or simulated (used cars, credit
cards), and their times are made up; only its data files are read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from sklearn import datasets

from courtside.core.tasks import BINARY, MULTICLASS, REGRESSION

NEWEST = 2_000
"""So many rows of a large table are enough to compare figures, and are fitted in seconds."""
HAS_NANNYML = find_spec("nannyml") is not None


@dataclass(frozen=True)
class Shipped:
    """A table with what its contract says; its rows are told apart by `id`."""

    task: str
    rows: Callable[[], pd.DataFrame]
    target: str
    time: str | None = None
    positive: str | None = None
    installed: bool = True

    def contract(self, name: str) -> dict[str, Any]:
        """Return what the contract called `name` says of the table."""
        target = {"column": self.target} | ({"positive": self.positive} if self.positive else {})
        written = {"name": name, "task": self.task, "id_columns": ["id"], "target": target}
        times = {"time_column": self.time} if self.time else {}
        return written | times | {"features": self.features(self.rows())}

    def features(self, table: pd.DataFrame) -> dict[str, str]:
        """Return the kind of each feature."""
        kinds = {"b": "binary", "O": "categorical"}
        names = [name for name in table if name not in {"id", self.target, self.time}]
        return {name: kinds.get(table[name].dtype.kind, "numeric") for name in names}


def _wine() -> pd.DataFrame:
    found = datasets.load_wine(as_frame=True).frame
    names = np.array(["barolo", "grignolino", "barbera"])
    return _with_ids(found.assign(target=names[found["target"]]))


def _digits() -> pd.DataFrame:
    return _with_ids(datasets.load_digits(as_frame=True).frame)


def _diabetes() -> pd.DataFrame:
    return _with_ids(datasets.load_diabetes(as_frame=True, scaled=False).frame)


def _breast_cancer() -> pd.DataFrame:
    found = datasets.load_breast_cancer(as_frame=True).frame
    return _with_ids(found.assign(target=np.where(found["target"] == 0, "malignant", "benign")))


def _prices() -> pd.DataFrame:
    """Return the months whose next one is known, with its return of the S&P 500 in percent."""
    path = Path(mpl.get_data_path()) / "sample_data" / "Stocks.csv"
    found = pd.read_csv(path, comment="#").dropna(subset=["IBM"]).drop(columns=["^IXIC", "DELL"])
    found = found.rename(columns={"^GSPC": "SP500", "Date": "month"})
    found["next_return"] = (found["SP500"].shift(-1) / found["SP500"] - 1) * 100
    return _with_ids(found.dropna(subset=["next_return"]))


def _moves() -> pd.DataFrame:
    """Return the same months with the next one as a class: a fall or a rise by over 2 %, or neither."""
    found = _prices()
    moved = found.pop("next_return")
    return found.assign(next_month=np.select([moved < -2, moved > 2], ["fall", "rise"], "still"))


def _cars() -> pd.DataFrame:
    return _nannyml("regression_synthetic_reference.csv").drop(columns=["y_pred"]).head(NEWEST)


def _cards() -> pd.DataFrame:
    found = _nannyml("mc_reference.csv").head(NEWEST)
    return found.drop(columns=[name for name in found if name.startswith("y_pred")])


def _houses() -> pd.DataFrame:
    """Return blocks of houses with the median income of their households, in 10,000 dollars."""
    found = _nannyml("california_housing_reference.csv").head(NEWEST)
    return found.drop(columns=["clf_target", "y_pred", "y_pred_proba"])


def _nannyml(name: str) -> pd.DataFrame:
    spec = find_spec("nannyml")
    assert spec is not None
    assert spec.submodule_search_locations
    return pd.read_csv(Path(spec.submodule_search_locations[0]) / "datasets" / "data" / name)


def _with_ids(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(id=np.arange(len(rows)))


TABLES = {
    "wine": Shipped(MULTICLASS, _wine, "target"),
    "digits": Shipped(MULTICLASS, _digits, "target"),
    "diabetes": Shipped(REGRESSION, _diabetes, "target"),
    "breast_cancer": Shipped(BINARY, _breast_cancer, "target", positive="malignant"),
    "prices": Shipped(REGRESSION, _prices, "next_return", time="month"),
    "moves": Shipped(MULTICLASS, _moves, "next_month", time="month"),
    "cars": Shipped(REGRESSION, _cars, "y_true", time="timestamp", installed=HAS_NANNYML),
    "cards": Shipped(MULTICLASS, _cards, "y_true", time="timestamp", installed=HAS_NANNYML),
    "houses": Shipped(REGRESSION, _houses, "MedInc", time="timestamp", installed=HAS_NANNYML),
}
