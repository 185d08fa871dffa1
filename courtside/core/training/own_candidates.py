"""Load candidates of a team's own. Only a training does so: the package's code runs when it is imported."""

import re
from collections.abc import Collection
from dataclasses import replace
from importlib import import_module
from typing import Any

from courtside.contracts.errors import BadInput
from courtside.contracts.own_candidates import CandidateAbsent, is_own, package_of, require_package
from courtside.core.tasks.types import BINARY
from courtside.core.training.candidates import CLASSIFICATION, Candidate, Flavor, Predictor, candidates_of

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_FILES = ("scaler", "model_results")
"""What a training calls other files that lie beside those of its candidates."""
_USED = ("fit", "predict", "predict_proba", "get_params", "set_params")


class CandidateUnusable(BadInput):
    """What a contract's import path leads to is no candidate, or none that can be trained."""

    def __init__(self, candidate: str, detail: str) -> None:
        self.candidate = candidate
        super().__init__(f"candidates: {candidate} cannot be used: {detail}")


def chosen(
    names: Collection[str] | None, *, task: str = BINARY, packages: Collection[str] | None = None
) -> tuple[Candidate, ...]:
    """Return a contract's candidates in their own order, all that Courtside has for None; own ones are imported.

    Only `packages` are imported from, or from all that are installed for None. Raises `CandidateAbsent` and
    `CandidateUnusable`.
    """
    ours = candidates_of(task)
    if names is None:
        return tuple(ours.values())
    found = {name: ours[name] for name in names if name in ours}
    for path in filter(is_own, names):
        candidate = _loaded(path, packages)
        if task not in candidate.tasks:
            learns = " and ".join(sorted(candidate.tasks))
            said = f"it learns {learns}, and the contract's task is {task}; name one whose `tasks` hold {task}"
            raise CandidateUnusable(path, said)
        if candidate.name in {*ours, *found, *_FILES}:
            raise CandidateUnusable(path, f"its name is {candidate.name}, which is taken; give it another one")
        found[candidate.name] = candidate
    return tuple(sorted(found.values(), key=lambda candidate: (candidate.order, candidate.name)))


def _loaded(path: str, packages: Collection[str] | None) -> Candidate:
    package = package_of(path)
    if package is None:
        raise CandidateAbsent(path, "this is no import path of a package of your own")
    if packages is not None:
        require_package(path, packages)
    found = _imported(path)
    if callable(found):
        found = _called(path, found)
    if not isinstance(found, Candidate):
        said = f"it is of the type {type(found).__name__}; make it a courtside.Candidate, or return one"
        raise CandidateUnusable(path, said)
    if not _NAME.fullmatch(str(found.name)):
        said = f"its name is {found.name!r}; write lower-case letters, digits and _, at most 64, from a letter on"
        raise CandidateUnusable(path, said)
    return replace(found, package=package, build=lambda params: _built(path, found, params))


def _imported(path: str) -> Any:
    name, _, attribute = path.partition(":")
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        raise CandidateAbsent(path, _missing(name, error.name or name)) from error
    except Exception as error:
        raise CandidateUnusable(path, f"importing {name} failed ({type(error).__name__}: {error})") from error
    try:
        return getattr(module, attribute)
    except AttributeError as error:
        raise CandidateAbsent(path, f"{name} has no {attribute}; correct one or the other") from error


def _missing(module: str, absent: str) -> str:
    package = module.partition(".")[0]
    if absent == package:
        return f"there is no package {package}; install it into the environment that trains"
    if absent.partition(".")[0] == package:
        return f"the package {package} is installed, but has no module {absent}; correct the path or the package"
    return f"{module} needs the module {absent}, which is not installed; install its package, too"


def _called(path: str, factory: Any) -> Any:
    try:
        return factory()
    except Exception as error:
        raise CandidateUnusable(path, f"calling it failed ({type(error).__name__}: {error})") from error


def _built(path: str, candidate: Candidate, params: Any) -> Predictor:
    try:
        estimator = candidate.build(params)
    except Exception as error:
        raise CandidateUnusable(path, f"building its model failed ({type(error).__name__}: {error})") from error
    classifier = bool(candidate.tasks & CLASSIFICATION)
    used = [name for name in _USED if classifier or name != "predict_proba"]
    missing = [name for name in used if not hasattr(estimator, name)]
    if missing:
        kind = "classifier" if classifier else "regressor"
        said = f"what it builds has no {', '.join(missing)}; build a {kind} like those of scikit-learn"
        raise CandidateUnusable(path, said)
    library = type(estimator).__module__.partition(".")[0]
    if candidate.flavor is not Flavor.SKLEARN and library != candidate.flavor:
        said = f"its flavor is {candidate.flavor}, and what it builds is of {library}; write Flavor.SKLEARN"
        raise CandidateUnusable(path, said)
    return estimator
