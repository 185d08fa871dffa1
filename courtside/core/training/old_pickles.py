"""Pickles of models that are older than the registry, read without running anything except what rebuilds a model.

A pickle may call whatever it can name. Here it can name the classes and helpers below and nothing else: allowing whole
packages would not be safe, because some of numpy's modules execute text that they are given.
Source: https://docs.python.org/3/library/pickle.html#restricting-globals
"""

import io
import pickle
import warnings
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset
from courtside.core.training.candidates import Classifier, Flavor

_NUMPY = {"_reconstruct", "scalar"}
_ALLOWED: Mapping[str, frozenset[str]] = {
    module: frozenset(names)
    for module, names in {
        "builtins": {"bytearray"},
        "__builtin__": {"bytearray"},
        "_codecs": {"encode"},
        "collections": {"OrderedDict", "defaultdict"},
        "numpy": {"dtype", "ndarray"},
        "numpy.core.multiarray": _NUMPY,
        "numpy._core.multiarray": _NUMPY,
        "numpy.core.numeric": {"_frombuffer"},
        "numpy._core.numeric": {"_frombuffer"},
        "sklearn.pipeline": {"Pipeline"},
        "sklearn.preprocessing._data": {"StandardScaler"},
        "sklearn.preprocessing._label": {"LabelEncoder"},
        "sklearn.linear_model._logistic": {"LogisticRegression"},
        "sklearn.ensemble._forest": {"RandomForestClassifier"},
        "sklearn.tree._classes": {"DecisionTreeClassifier"},
        "sklearn.tree._tree": {"Tree"},
        "xgboost.core": {"Booster"},
        "xgboost.sklearn": {"XGBClassifier"},
        "lightgbm.basic": {"Booster"},
        "lightgbm.sklearn": {"LGBMClassifier"},
    }.items()
}


class PickleForbidden(BadInput):
    """A pickle asks for something that none of our models consists of."""

    def __init__(self, name: str, asked: str) -> None:
        self.name = name
        self.asked = asked
        super().__init__(f"{name} asks for {asked}, which is part of no model of ours: it was not loaded")


class PickleUnusable(BadInput):
    """A pickle does not hold a model that works here."""

    def __init__(self, name: str, detail: str) -> None:
        self.name = name
        self.detail = detail
        super().__init__(f"{name} holds no model that works here ({detail}); train again instead")


class SampleHasGaps(BadInput):
    """A model takes no missing values, and the rows that it is tried on have some."""

    def __init__(self, name: str, columns: tuple[str, ...]) -> None:
        self.name = name
        self.columns = columns
        super().__init__(
            f"{name} takes no missing values, and the test rows have some in {', '.join(columns)}; fill them there, or "
            "train again instead"
        )


class FeaturesDiffer(BadInput):
    """A model was fitted on columns other than the dataset's."""

    def __init__(self, name: str, found: list[str] | int, expected: list[str]) -> None:
        self.name = name
        self.found = found
        self.expected = expected
        told = found if isinstance(found, int) else ", ".join(found)
        super().__init__(f"{name} takes {told}, but the dataset has {len(expected)}: {', '.join(expected)}")


class _ForbiddenGlobal(Exception):
    pass


class _Restricted(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if name not in _ALLOWED.get(module, ()):
            raise _ForbiddenGlobal(f"{module}.{name}")
        # numpy 2 moved these modules; older pickles still name the old ones.
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def read_model(
    name: str, content: bytes, *, scaler: bytes | None, sample: pa.Table | None, dataset: Dataset
) -> Classifier:
    """Return the model in a pickle, preceded by its scaler if that was in a file of its own.

    `sample` are rows it is tried on. Raises `PickleForbidden`, `PickleUnusable`, `SampleHasGaps` and
    `FeaturesDiffer`.
    """
    model = _unpickled(name, content)
    _check(name, model, "predict_proba", dataset)
    if scaler is not None:
        from sklearn.pipeline import Pipeline

        scaling = _unpickled("scaler", scaler)
        _check("scaler", scaling, "transform", dataset)
        model = Pipeline([("scaler", scaling), ("model", model)])
    if sample is not None:
        _try(name, model, sample, dataset)
    classifier: Classifier = model
    return classifier


def flavor_of(model: Classifier) -> Flavor:
    """Return the library whose format stores a model."""
    library = type(model).__module__.split(".")[0]
    return Flavor(library) if library in set(Flavor) else Flavor.SKLEARN


def _unpickled(name: str, content: bytes) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about other versions; whether it works is tried out, not assumed
            return _Restricted(io.BytesIO(content)).load()
    except _ForbiddenGlobal as error:
        raise PickleForbidden(name, str(error)) from error
    except Exception as error:  # a damaged or foreign pickle can fail in any way
        raise PickleUnusable(name, f"{type(error).__name__}: {error}") from error


def _check(name: str, model: Any, method: str, dataset: Dataset) -> None:
    if not hasattr(model, method):
        raise PickleUnusable(name, f"a {type(model).__name__} has no {method}")
    names = getattr(model, "feature_names_in_", None)
    if names is not None and list(names) != dataset.feature_names:
        raise FeaturesDiffer(name, [str(column) for column in names], dataset.feature_names)
    count = getattr(model, "n_features_in_", len(dataset.feature_names))
    if count != len(dataset.feature_names):
        raise FeaturesDiffer(name, int(count), dataset.feature_names)


def _try(name: str, model: Any, sample: pa.Table, dataset: Dataset) -> None:
    from courtside.core.training.fit import feature_frame
    from courtside.core.training.served_input import ValuesMissing, naming_gaps

    rows = feature_frame(sample, dataset)
    try:
        with naming_gaps(rows):
            said = model.predict_proba(rows)
    except ValuesMissing as error:
        raise SampleHasGaps(name, error.columns) from error
    except Exception as error:  # fitted by another version, it can fail in any way
        raise PickleUnusable(name, f"{type(error).__name__}: {error}") from error
    if said.shape != (sample.num_rows, 2):
        raise PickleUnusable(name, f"it returns {said.shape[1:]} values per row instead of two probabilities")
