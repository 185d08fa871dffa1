"""Models in and out of MLflow in their libraries' native formats: nothing is pickled, nothing unpickled."""

from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from mlflow.models import ModelSignature, get_model_info

from courtside.core.training.candidates import Classifier, Flavor
from courtside.core.training.fit import TrainedModel

_REQUIREMENTS = {
    Flavor.SKLEARN: ("scikit-learn", "skops", "numpy", "pandas"),
    Flavor.XGBOOST: ("xgboost-cpu", "scikit-learn", "numpy", "pandas"),
    Flavor.LIGHTGBM: ("lightgbm", "scikit-learn", "numpy", "pandas"),
}
# skops refuses types it does not know; the forest's trees are scikit-learn's own.
_TRUSTED = ["sklearn.tree._tree.Tree"]


def log_model(model: TrainedModel, *, signature: ModelSignature) -> None:
    """Log a fitted model as `model` of the active run, with signature and explicit requirements.

    Requirements are pinned to what trained it; letting MLflow infer them costs seconds a model.
    """
    flavor = model.candidate.flavor
    explicit: dict[str, Any] = {
        "name": "model",
        "signature": signature,
        "pip_requirements": [f"{package}=={_version(package)}" for package in _REQUIREMENTS[flavor]],
    }
    if flavor is Flavor.SKLEARN:
        import mlflow.sklearn

        mlflow.sklearn.log_model(
            model.estimator, pyfunc_predict_fn="predict_proba", skops_trusted_types=_TRUSTED, **explicit
        )
    elif flavor is Flavor.XGBOOST:
        import mlflow.xgboost

        mlflow.xgboost.log_model(model.estimator, **explicit)
    else:
        import mlflow.lightgbm

        mlflow.lightgbm.log_model(model.estimator, **explicit)


def load_classifier(uri: str) -> Classifier:
    """Load a model by any MLflow URI (`runs:/…/model`, `models:/…@champion`) in its native flavor."""
    flavors = get_model_info(uri).flavors
    if "xgboost" in flavors:
        import mlflow.xgboost

        model: Classifier = mlflow.xgboost.load_model(uri)
    elif "lightgbm" in flavors:
        import mlflow.lightgbm

        model = mlflow.lightgbm.load_model(uri)
    else:
        import mlflow.sklearn

        model = mlflow.sklearn.load_model(uri)
    return model


def _version(package: str) -> str:
    # On macOS the same library comes without its -cpu suffix.
    try:
        return version(package)
    except ModuleNotFoundError:
        return version(package.removesuffix("-cpu"))


class RegisteredChampion:
    """The champion, loaded."""

    def __init__(self, *, version: str, classifier: Classifier, feature_names: list[str]) -> None:
        self.version = version
        self._classifier = classifier
        self._feature_names = feature_names

    def probability(self, features: pa.Table) -> list[float]:
        """Return the probability of class 1 for each row."""
        frame = pd.DataFrame(
            {name: features.column(name).to_numpy().astype(np.float64) for name in self._feature_names}
        )
        return [float(p) for p in self._classifier.predict_proba(frame)[:, 1]]
