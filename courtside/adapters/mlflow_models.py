"""Models in and out of MLflow in their libraries' native formats: nothing is pickled, nothing unpickled."""

from collections.abc import Collection, Mapping
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, Self

import mlflow.sklearn as sklearn_flavor
import pandas as pd
import pyarrow as pa
import skops.io
import yaml
from mlflow.models import Model, ModelSignature, get_model_info, infer_signature
from mlflow.models.model import MLMODEL_FILE_NAME
from mlflow.types import DataType
from sklearn.linear_model import LogisticRegression

from courtside.core.training.candidates import Classifier, Flavor
from courtside.core.training.frame import input_frame
from courtside.workflows.ports import ModelUnusable

NAME = "model"
# The packages that a model of each library needs besides those that every model needs.
_PACKAGES = {"xgboost": "xgboost-cpu", "lightgbm": "lightgbm"}
_ALWAYS = ("scikit-learn", "skops", "numpy", "pandas")
# skops refuses types it does not know; the candidates' own libraries write these, and none of them runs code.
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
_PROBABILITIES = "probabilities"
_MODEL_FILE = "model.skops"
# Writing a model keeps the interpreter busy: threads that write at once gain nothing, and the first of them would each
# look up what MLflow looks up only once (all installed packages).
_WRITING = Lock()


class _Writer:
    """What MLflow asks to write a model when it logs one: `save_model` below under the name of the flavor."""

    def __init__(self, flavor: Flavor) -> None:
        self.__name__ = f"mlflow.{flavor}"

    @staticmethod
    def save_model(path: str, mlflow_model: Model, **given: Any) -> None:
        """Write the model into a folder."""
        with _WRITING:
            save_model(path=path, description=mlflow_model, **given)


def log_model(
    estimator: Classifier, *, flavor: Flavor, signature: ModelSignature, run_id: str, params: Mapping[str, str]
) -> str:
    """Log a fitted model as `model` of a run, with signature, explicit requirements and `params`; return its id.

    Requirements are pinned to what trained it; letting MLflow infer them costs seconds per model.
    """
    logged = Model.log(
        name=NAME,
        artifact_path=None,
        flavor=_Writer(flavor),
        run_id=run_id,
        params=dict(params),
        estimator=estimator,
        kind=flavor,
        signature=signature,
    )
    return str(logged.model_id)


def save_model(
    *, path: str, estimator: Classifier, kind: Flavor, signature: ModelSignature, description: Model | None = None
) -> None:
    """Write a model into a folder that MLflow loads by its native flavor, and as probabilities by `pyfunc`."""
    explicit = {"signature": signature, "pip_requirements": _requirements(estimator)}
    described = description or Model()
    if kind is Flavor.SKLEARN:
        _save_probabilities(estimator, path, mlflow_model=described, **explicit)
        return
    if kind is Flavor.XGBOOST:
        import mlflow.xgboost

        mlflow.xgboost.save_model(estimator, path, mlflow_model=described, **explicit)
    else:
        import mlflow.lightgbm

        mlflow.lightgbm.save_model(estimator, path, mlflow_model=described, **explicit)
    # The boosters' own pyfunc returns classes: give it the same model as one that returns probabilities.
    inner = Model()
    _save_probabilities(estimator, str(Path(path, _PROBABILITIES)), mlflow_model=inner, **explicit)
    described.flavors["python_function"] |= {
        "loader_module": inner.flavors["python_function"]["loader_module"],
        "predict_fn": inner.flavors["python_function"]["predict_fn"],
        "data": _PROBABILITIES,
    }
    described.save(str(Path(path, "MLmodel")))


def save_nothing(folder: str) -> None:
    """Write a model that was never fitted into a folder."""
    signature = infer_signature(pd.DataFrame({"x": [0.0]}))
    save_model(path=str(Path(folder, NAME)), estimator=LogisticRegression(), kind=Flavor.SKLEARN, signature=signature)


def _save_probabilities(estimator: Classifier, path: str, **given: Any) -> None:
    sklearn_flavor.save_model(estimator, path, pyfunc_predict_fn="predict_proba", skops_trusted_types=_TRUSTED, **given)


def load_classifier(uri: str) -> Classifier:
    """Load a model by any MLflow URI (`runs:/…/model`, `models:/…@champion`) or folder in its native flavor."""
    flavors = get_model_info(uri).flavors
    if "xgboost" in flavors:
        import mlflow.xgboost

        model: Classifier = mlflow.xgboost.load_model(uri)
    elif "lightgbm" in flavors:
        import mlflow.lightgbm

        model = mlflow.lightgbm.load_model(uri)
    else:
        model = sklearn_flavor.load_model(uri)
    return model


def signature_of(estimator: Classifier, sample: pa.Table, feature_names: list[str]) -> ModelSignature:
    """Return the signature: named columns in (numbers float64, categories strings), class probabilities out."""
    rows = sample.select(feature_names).to_pandas()
    return infer_signature(rows, estimator.predict_proba(rows))


def _requirements(estimator: Classifier) -> list[str]:
    packages = [package for library, package in _PACKAGES.items() if library in _libraries(estimator)]
    return [f"{package}=={_version(package)}" for package in (*packages, *_ALWAYS)]


def _libraries(estimator: object) -> set[str]:
    """Return the libraries of an estimator and of all that it wraps (a pipeline's steps, what was calibrated)."""
    wrapped = [step for _, step in getattr(estimator, "steps", ())]
    inner = getattr(estimator, "estimator", None)
    found = {type(estimator).__module__.partition(".")[0]}
    return found.union(*map(_libraries, [*wrapped, *([] if inner is None else [inner])]))


def _version(package: str) -> str:
    # On macOS the same library comes without its -cpu suffix.
    try:
        return version(package)
    except ModuleNotFoundError:
        return version(package.removesuffix("-cpu"))


class MlflowModels:
    """Models from the files that `save_model` wrote."""

    @staticmethod
    def opened(version: str, files: Mapping[str, bytes]) -> "RegisteredChampion":
        """Load a version's probabilities from its files by path; raises `ModelUnusable`.

        Only the types that our candidates consist of are loaded: what the files say about trusted types or other
        formats (which MLflow's own loaders believe) is ignored, so that a forged model runs no code.
        """
        try:
            described = Model.from_dict(yaml.safe_load(files[MLMODEL_FILE_NAME]))
            content = files.get(f"{_PROBABILITIES}/{_MODEL_FILE}") or files[_MODEL_FILE]
            classifier: Classifier = skops.io.loads(content, trusted=_TRUSTED)
            return RegisteredChampion.of(version, classifier, described.signature)
        except Exception as error:
            raise ModelUnusable(version, f"{type(error).__name__}: {error}") from error


class RegisteredChampion:
    """A version, loaded."""

    def __init__(
        self, *, version: str, classifier: Classifier, feature_names: list[str], categorical: Collection[str] = ()
    ) -> None:
        self.version = version
        self._classifier = classifier
        self._feature_names = feature_names
        self._categorical = categorical

    @classmethod
    def of(cls, version: str, classifier: Classifier, signature: ModelSignature) -> Self:
        """Return a classifier that takes the columns that its signature names."""
        inputs = signature.inputs
        return cls(
            version=version,
            classifier=classifier,
            feature_names=inputs.input_names(),
            categorical=[column.name for column in inputs if column.type is DataType.string],
        )

    def probability(self, features: pa.Table) -> list[float]:
        """Return the probability of class 1 for each row."""
        frame = input_frame(features, self._feature_names, categorical=self._categorical)
        return [float(p) for p in self._classifier.predict_proba(frame)[:, 1]]
