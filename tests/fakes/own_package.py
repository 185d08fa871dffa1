"""Packages of a team's own candidates, written into a folder from which a test imports them."""

from pathlib import Path
from zipfile import ZipFile

import pytest

HEADER = """
from courtside import Candidate, Flavor, Preprocessing
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
import numpy as np
"""
OF_SKLEARN = """
CANDIDATE = Candidate(
    name="extra_trees",
    flavor=Flavor.SKLEARN,
    params={"n_estimators": 5, "random_state": 42},
    build=lambda params: ExtraTreesClassifier(**params),
)
"""
OF_ITS_OWN = """
class Nearest(ClassifierMixin, BaseEstimator):
    def __init__(self, sharpness=1.0):
        self.sharpness = sharpness

    def fit(self, rows, labels):
        rows = np.asarray(rows, dtype=float)
        self.classes_ = np.array([0, 1])
        self.centre_ = rows[np.asarray(labels) == 1].mean(axis=0)
        return self

    def predict_proba(self, rows):
        apart = np.square(np.asarray(rows, dtype=float) - self.centre_).sum(axis=1)
        near = 1 / (1 + self.sharpness * apart)
        return np.column_stack([1 - near, near])

    def predict(self, rows):
        return (self.predict_proba(rows)[:, 1] > 0.5).astype(int)


def nearest():
    return Candidate(
        name="nearest",
        flavor=Flavor.SKLEARN,
        params={"sharpness": 2.0},
        build=lambda params: Nearest(**params),
        preprocessing=Preprocessing(scaled=True, imputed=True),
    )
"""


def write_wheel(folder: Path, source: str, *, name: str) -> Path:
    """Write such a package as a wheel of version 1.0, which needs scikit-learn, into a folder."""
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    described = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: scikit-learn\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "",
    }
    with ZipFile(wheel, "w") as files:
        files.writestr(f"{name}/__init__.py", "")
        files.writestr(f"{name}/boosting.py", HEADER + source)
        for file, content in described.items():
            files.writestr(f"{name}-1.0.dist-info/{file}", content)
    return wheel


def own_package(folder: Path, monkeypatch: pytest.MonkeyPatch, source: str, *, name: str) -> str:
    """Write a package whose module `boosting` has this source, let it be imported, and return its name."""
    package = folder / name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "boosting.py").write_text(HEADER + source)
    monkeypatch.syspath_prepend(folder)
    return name
