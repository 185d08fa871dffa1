"""Models in and out of MLflow in their libraries' native formats: nothing is pickled, nothing unpickled."""

from collections.abc import Collection
from importlib.metadata import version
from typing import Any

import pyarrow as pa
from mlflow.models import ModelSignature, get_model_info

from courtside.core.training.candidates import Classifier, Flavor
from courtside.core.training.fit import TrainedModel
from courtside.core.training.frame import input_frame

_REQUIREMENTS = {
    Flavor.SKLEARN: ("scikit-learn", "skops", "numpy", "pandas"),
    Flavor.XGBOOST: ("xgboost-cpu", "scikit-learn", "numpy", "pandas"),
    Flavor.LIGHTGBM: ("lightgbm", "scikit-learn", "numpy", "pandas"),
}
# skops refuses types it does not know; these are what the candidates' own libraries write, and nothing that runs code.
_TRUSTED = [
    "collections.OrderedDict",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.tree._tree.Tree",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBClassifier",
]


def log_model(model: TrainedModel, *, signature: ModelSignature) -> None:
    """Log a fitted model as `model` of the active run, with signature and explicit requirements.

    Requirements are pinned to what trained it; letting MLflow infer them costs seconds a model.
    """
    flavor = model.flavor
    packages = dict.fromkeys((*_REQUIREMENTS[flavor], *_REQUIREMENTS[model.candidate.flavor]))
    explicit: dict[str, Any] = {
        "name": "model",
        "signature": signature,
        "pip_requirements": [f"{package}=={_version(package)}" for package in packages],
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

    def __init__(
        self, *, version: str, classifier: Classifier, feature_names: list[str], categorical: Collection[str] = ()
    ) -> None:
        self.version = version
        self._classifier = classifier
        self._feature_names = feature_names
        self._categorical = categorical

    def probability(self, features: pa.Table) -> list[float]:
        """Return the probability of class 1 for each row."""
        frame = input_frame(features, self._feature_names, categorical=self._categorical)
        return [float(p) for p in self._classifier.predict_proba(frame)[:, 1]]
