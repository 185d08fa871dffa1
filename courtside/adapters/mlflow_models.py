"""Models in and out of MLflow in their libraries' native formats: nothing is pickled, nothing unpickled."""

from collections.abc import Collection, Mapping
from importlib import import_module
from importlib.metadata import packages_distributions, version
from pathlib import Path
from threading import Lock
from typing import Any

import mlflow.sklearn as sklearn_flavor
import numpy as np
import pandas as pd
import pyarrow as pa
import skops.io
import yaml
from mlflow.models import Model, ModelSignature, get_model_info, infer_signature
from mlflow.models.model import MLMODEL_FILE_NAME
from mlflow.types.schema import AnyType, ColSpec, Schema
from numpy.typing import NDArray
from pydantic import ValidationError
from sklearn.linear_model import LogisticRegression
from skops.io.exceptions import UntrustedTypesFoundException

from courtside.adapters.served_models import served_code, served_model
from courtside.contracts.model_card import BINARY, REGRESSION, Learned, ModelInterface
from courtside.core.predictions.contributions import Contributions
from courtside.core.training.candidates import Flavor
from courtside.core.training.contributions import contributions
from courtside.core.training.probability_calibration import fitted_model
from courtside.core.training.served_input import NUMBER
from courtside.core.training.served_values import bounds, values_of
from courtside.core.training.stored_types import TRUSTED, storable_types, types_of, unknown_types
from courtside.workflows.ports import CandidateRun, ModelNotTrusted, ModelUnusable, TrainingRun

NAME = "model"
# The packages that a model of each library needs besides those that every model needs.
_PACKAGES = {"xgboost": "xgboost-cpu", "lightgbm": "lightgbm"}
_ALWAYS = ("scikit-learn", "skops", "numpy", "pandas", "pyarrow")
INTERFACE, LEARNED, TIME_COLUMN = "interface", "learned", "time_column"
"""Where a model's metadata holds its `ModelInterface`, and parts of it that older programs do not know, beside it."""
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


def log_model(candidate: CandidateRun, run: TrainingRun, *, run_id: str, params: Mapping[str, str]) -> str:
    """Log a candidate's model as `model` of its run, with signature, requirements and `params`; return its id."""
    logged = Model.log(
        name=NAME,
        artifact_path=None,
        flavor=_Writer(candidate.flavor),
        run_id=run_id,
        params=dict(params),
        candidate=candidate,
        interface=run.interface,
        sample=run.sample,
    )
    return str(logged.model_id)


def save_model(
    *,
    path: str,
    candidate: CandidateRun,
    interface: ModelInterface,
    sample: pa.Table,
    description: Model | None = None,
    **_: Any,
) -> None:
    """Write a candidate's model into a folder that MLflow loads by its native flavor, and as probabilities by `pyfunc`.

    Requirements are pinned to what trained it; letting MLflow infer them costs seconds per model.
    """
    served, described = served_model(candidate, interface), description or Model()
    own = [] if candidate.package is None else storable_types(served, candidate.package)
    trusted = {"skops_trusted_types": [*TRUSTED, *own]}
    says = "predict" if interface.task == REGRESSION else "predict_proba"
    explicit = {
        "signature": _signature(interface, getattr(served, says)(sample)),
        "pip_requirements": _requirements(served, candidate.package),
        "metadata": _metadata(candidate, interface),
    }
    with served_code(served) as code:
        if candidate.flavor is Flavor.SKLEARN:
            sklearn_flavor.save_model(
                served, path, mlflow_model=described, pyfunc_predict_fn=says, code_paths=code, **trusted, **explicit
            )
            return
        if candidate.flavor is Flavor.XGBOOST:
            import mlflow.xgboost

            mlflow.xgboost.save_model(served, path, mlflow_model=described, code_paths=code, **explicit)
        else:
            import mlflow.lightgbm

            mlflow.lightgbm.save_model(served, path, mlflow_model=described, code_paths=code, **trusted, **explicit)
    # The boosters' own pyfunc returns classes: give it the same model as one that returns probabilities.
    inner = Model()
    within = str(Path(path, _PROBABILITIES))
    sklearn_flavor.save_model(served, within, mlflow_model=inner, pyfunc_predict_fn=says, **trusted, **explicit)
    described.flavors["python_function"] |= {
        "loader_module": inner.flavors["python_function"]["loader_module"],
        "predict_fn": inner.flavors["python_function"]["predict_fn"],
        "data": _PROBABILITIES,
    }
    described.save(str(Path(path, MLMODEL_FILE_NAME)))


def _metadata(candidate: CandidateRun, interface: ModelInterface) -> dict[str, Any]:
    # An older Courtside refuses keys of an interface that it does not know.
    apart = {LEARNED, TIME_COLUMN}
    known: dict[str, Any] = {INTERFACE: interface.model_dump(mode="json", exclude=apart, exclude_defaults=True)}
    known |= {} if candidate.learned is None else {LEARNED: candidate.learned.model_dump(mode="json")}
    return known if interface.time_column is None else known | {TIME_COLUMN: interface.time_column}


def save_nothing(folder: str) -> None:
    """Write a model that was never fitted into a folder."""
    rows = pd.DataFrame({"x": [0.0, 1.0]})
    nothing = CandidateRun(
        name=NAME,
        flavor=Flavor.SKLEARN,
        estimator=LogisticRegression().fit(rows, [0, 1]),
        params={},
        metrics={},
        plots={},
    )
    interface = ModelInterface.of("y", (0, 1), {"x": NUMBER})
    save_model(path=str(Path(folder, NAME)), candidate=nothing, interface=interface, sample=pa.table(rows))


def interface_of(described: Model) -> ModelInterface | None:
    """Return what a model reads and says, None where it was not logged by Courtside."""
    metadata = described.metadata or {}
    try:
        interface = ModelInterface.model_validate(metadata.get(INTERFACE))
        learned = None if LEARNED not in metadata else Learned.model_validate(metadata[LEARNED])
    except ValidationError:
        return None
    return interface.model_copy(update={"learned": learned, "time_column": metadata.get(TIME_COLUMN)})


def load_classifier(uri: str) -> Any:
    """Load a model by any MLflow URI (`runs:/…/model`, `models:/…@champion`) or folder in its native flavor."""
    flavors = get_model_info(uri).flavors
    library = next((flavor for flavor in (Flavor.XGBOOST, Flavor.LIGHTGBM) if flavor in flavors), Flavor.SKLEARN)
    return import_module(f"mlflow.{library}").load_model(uri)


def _signature(interface: ModelInterface, said: Any) -> ModelSignature:
    """Return the signature: the columns by name, class probabilities or values out.

    MLflow's own types refuse what people have: whole numbers where training saw fractions, categories, None and NA in
    truth values and text. So every column may hold anything here, and the model itself makes its columns of them.
    """
    inputs = Schema([ColSpec(AnyType(), column.name) for column in interface.columns])
    return ModelSignature(inputs=inputs, outputs=infer_signature(None, said).outputs)


def _requirements(estimator: object, own: str | None) -> list[str]:
    packages = [package for library, package in _PACKAGES.items() if library in _libraries(estimator)]
    # A package that is only on Python's path, like one that is being written, has no distribution.
    distributions = [] if own is None else packages_distributions().get(own, [])[:1]
    return [f"{package}=={_version(package)}" for package in (*packages, *_ALWAYS, *distributions)]


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
    """Models from the files that `save_model` wrote; those of own candidates only where their `packages` are trusted.

    The training image trusts those that were built into it, a command those that a person names.
    """

    def __init__(self, *, packages: Collection[str] = ()) -> None:
        self._packages = packages

    def opened(self, version: str, files: Mapping[str, bytes]) -> "RegisteredChampion":
        """Load a version's probabilities from its files by path; raises `ModelUnusable`.

        Only the types that our candidates consist of are loaded, and those of trusted packages: what the files say
        about trusted types or other formats (which MLflow's own loaders believe) is ignored, so that a forged model
        runs no code.
        """
        try:
            described = Model.from_dict(yaml.safe_load(files[MLMODEL_FILE_NAME]))
            content = files.get(f"{_PROBABILITIES}/{_MODEL_FILE}") or files[_MODEL_FILE]
            own = types_of(content, self._packages) if self._packages else []
            return RegisteredChampion(version, skops.io.loads(content, trusted=[*TRUSTED, *own]), described)
        except UntrustedTypesFoundException as error:
            raise ModelNotTrusted(version, sorted(set(unknown_types(content)).difference(own))) from error
        except Exception as error:
            raise ModelUnusable(version, f"{type(error).__name__}: {error}") from error


class RegisteredChampion:
    """A version, loaded."""

    def __init__(self, version: str, classifier: Any, described: Model) -> None:
        self.version = version
        self._classifier = classifier
        self._described = described

    @property
    def interface(self) -> ModelInterface | None:
        """What it reads and says, None where it was not logged by Courtside."""
        return interface_of(self._described)

    @property
    def fitted(self) -> Any | None:
        """The model as it was fitted, without any calibration; None where Courtside did not log it."""
        return fitted_model(self._classifier)

    def probability(self, rows: pa.Table) -> NDArray[np.float64]:
        """Return the probability of class 1 for each row, shape (n,).

        Raises `ColumnsMissing`, `ColumnUnusable` and `ValuesMissing`.
        """
        return np.asarray(self._classifier.predict_proba(rows), dtype=np.float64)[:, 1]

    def predict(self, rows: pa.Table) -> NDArray[np.float64]:
        """Return the probability of class 1, shape (n,), of every class, shape (n, k), or the value, shape (n,).

        Raises `ColumnsMissing`, `ColumnUnusable` and `ValuesMissing`.
        """
        task = BINARY if self.interface is None else self.interface.task
        if task == REGRESSION:
            return values_of(self._classifier.predict(rows))
        said = np.asarray(self._classifier.predict_proba(rows), dtype=np.float64)
        return said[:, 1] if task == BINARY else said

    def bounds(self, values: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return both ends of the interval of each predicted value, shape (n, 2), None where it says none."""
        intervals = getattr(self._classifier, "intervals", None)
        return None if intervals is None else bounds(values, intervals)

    def contributions(self, rows: pa.Table) -> Contributions | None:
        """Return what each feature contributed to each row's prediction; raises as `probability`."""
        return contributions(self._classifier, rows)
