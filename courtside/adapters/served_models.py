"""Fitted candidates as models that take rows as people have them and say what their task says."""

import inspect
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from courtside.contracts.model_card import REGRESSION, ModelInterface
from courtside.core.training.candidates import Flavor
from courtside.core.training.served_classes import of_every_class
from courtside.core.training.served_input import Served
from courtside.core.training.served_values import ServedRegressor
from courtside.workflows.ports import CandidateRun

_SERVED = "courtside.core.training.served_"


def served_model(candidate: CandidateRun, interface: ModelInterface) -> Any:
    """Return a fitted candidate as one that takes rows as people have them and says the target's own values.

    What was logged before, and loaded, is that already.
    """
    estimator = candidate.estimator
    if type(estimator).__module__.startswith(_SERVED):
        return estimator
    return _regressor(candidate, interface) if interface.task == REGRESSION else _classifier(candidate, interface)


def _classifier(candidate: CandidateRun, interface: ModelInterface) -> Any:
    estimator, columns = candidate.estimator, list(interface.taken_as)
    if candidate.flavor is Flavor.XGBOOST:
        from courtside.core.training.served_xgboost import ServedXGBClassifier

        return ServedXGBClassifier.of(estimator, columns, interface.classes, candidate.seen)
    if candidate.flavor is Flavor.LIGHTGBM:
        from courtside.core.training.served_lightgbm import ServedLGBMClassifier

        return ServedLGBMClassifier.of(estimator, columns, interface.classes, candidate.seen)
    seen = None if candidate.seen is None else list(candidate.seen)
    return Served(estimator, list(interface.taken_as.items()), list(interface.classes), seen)


def _regressor(candidate: CandidateRun, interface: ModelInterface) -> Any:
    estimator, columns = candidate.estimator, list(interface.taken_as)
    intervals = None if candidate.intervals is None else dict(candidate.intervals)
    if candidate.flavor is Flavor.XGBOOST:
        from courtside.core.training.served_xgboost import ServedXGBRegressor

        return ServedXGBRegressor.of(estimator, columns, intervals)
    if candidate.flavor is Flavor.LIGHTGBM:
        from courtside.core.training.served_lightgbm import ServedLGBMRegressor

        return ServedLGBMRegressor.of(estimator, columns, intervals)
    return ServedRegressor(estimator, list(interface.taken_as.items()), intervals)


@contextmanager
def served_code(served: Any) -> Iterator[list[str]]:
    """Make a folder of the modules that a served model consists of, as MLflow copies it into the model.

    Its packages have no `__init__`, so where Courtside is installed, Courtside's own modules are found.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in {each.__module__ for each in (of_every_class, Served, ServedRegressor, type(served))}:
            module = sys.modules[name]
            path = Path(folder, *name.split(".")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(inspect.getsource(module), encoding="utf-8")
        yield list(map(str, Path(folder).iterdir()))
