"""Candidates of a team's own: how a contract names one, and which packages a stage's training image holds for them."""

import json
import re
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import listed, shortened

WHEELS = "images/packages"
"""The folder of the checkout in which wheels for the training image lie."""
BUILD_ARGUMENT = "TRAINING_PACKAGES"
"""The argument by which the training image's build is told what to install, with commas between."""
_WORD = r"[^\W\d]\w*"
_IMPORT_PATH = re.compile(rf"(?P<package>{_WORD})(\.{_WORD})*:{_WORD}", re.ASCII)
_PINNED = re.compile(r"(?P<name>[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?)==(?P<version>\d[\w.+!-]*)", re.ASCII)
_WHEEL = re.compile(
    rf"{WHEELS}/(?P<name>\w[\w.]*)-(?P<version>\d[\w.+!]*)(-\d\w*)?-[\w.]+-[\w.]+-[\w.]+\.whl", re.ASCII
)


class CandidateAbsent(BadInput):
    """A contract names a candidate of its own that is not where it would be trained; `candidate` is its import path."""

    def __init__(self, candidate: str, detail: str, *, line: int | None = None) -> None:
        self.candidate = candidate
        self.line = line
        place = "candidates" if line is None else f"line {line}: candidates"
        super().__init__(f"{place}: {shortened(candidate)} cannot be trained here: {detail}")


class PackageNotOwn(BadInput):
    """A person trusts what holds no candidates of a team's own."""

    def __init__(self, package: str) -> None:
        self.package = package
        super().__init__(
            f"{shortened(package)!r} is no package of your own: name the one that the contract's candidates are "
            "imported from, like churn_models"
        )


class NotPinned(ValueError):
    """A training package is not stated so that every build installs the same."""


def is_own(candidate: str) -> bool:
    """Say whether a contract's candidate is written as an import path, not as the name of one that Courtside has."""
    return ":" in candidate


def package_of(candidate: str) -> str | None:
    """Return the top-level package of an own candidate's import path; None for what is no path that may be imported.

    Nothing is imported. Python's own modules and Courtside's hold no candidate of a team's own.

    >>> package_of("churn_models.boosting:CANDIDATE")
    'churn_models'
    >>> package_of("os:system") or package_of("churn_models.boosting") or package_of("courtside:train")
    """
    found = _IMPORT_PATH.fullmatch(candidate)
    if found is None or found["package"] in {*sys.stdlib_module_names, "courtside"}:
        return None
    return found["package"]


@dataclass(frozen=True, slots=True)
class TrainingPackage:
    """A package of the setting `training_packages`: what is installed, and the name that Python imports it by."""

    requirement: str
    import_name: str
    version: str

    @classmethod
    def parse(cls, requirement: str) -> Self:
        """Read ``name==1.2.3``, or the path of a wheel in `WHEELS`; raises `NotPinned`.

        >>> TrainingPackage.parse("churn-models==1.2.0").import_name
        'churn_models'
        >>> TrainingPackage.parse("images/packages/churn_models-1.2.0-py3-none-any.whl").version
        '1.2.0'
        """
        found = _PINNED.fullmatch(requirement) or _WHEEL.fullmatch(requirement)
        if found is None:
            raise NotPinned(f"is neither pinned like 'churn-models==1.2.0' nor a wheel in {WHEELS}/")
        return cls(requirement, _import_name(found["name"]), found["version"])

    @property
    def is_wheel(self) -> bool:
        """Whether the package is a file of the checkout."""
        return self.requirement.endswith(".whl")


def published(requirements: Sequence[str]) -> str:
    """Return training packages as one text, which a stack output and a task's environment hold."""
    return json.dumps(list(requirements))


def imported_by(text: str) -> frozenset[str]:
    """Return the names by which Python imports the packages that `published` wrote."""
    return frozenset(TrainingPackage.parse(requirement).import_name for requirement in json.loads(text))


def packages_of(candidates: Iterable[str], packages: Collection[str]) -> frozenset[str]:
    """Return the packages of own candidates that are among these; what else a stage installs is none of them."""
    found = {package for candidate in candidates if (package := package_of(candidate)) is not None}
    return frozenset(package for package in found if _import_name(package) in packages)


def trusted_packages(names: Iterable[str]) -> frozenset[str]:
    """Return the packages that a person trusts; raises `PackageNotOwn` for what is Python's or Courtside's own."""
    for name in names:
        if package_of(f"{name}:_") != name:
            raise PackageNotOwn(name)
    return frozenset(names)


def require_package(candidate: str, packages: Collection[str], *, line: int | None = None) -> None:
    """Raise `CandidateAbsent` if an own candidate's package is not among those of the training image."""
    package = package_of(candidate)
    if package is not None and _import_name(package) in packages:
        return
    has = f"its training image holds {listed(sorted(packages))}" if packages else "its training image holds none"
    raise CandidateAbsent(
        candidate,
        f"the stage has no package {package}; of its own packages {has}. Name it with its version in the setting "
        f"`training_packages` of the stage, like 'churn-models==1.2.0', and deploy the stage; the contract can be "
        "added after that",
        line=line,
    )


def _import_name(distribution: str) -> str:
    return re.sub(r"[-_.]+", "_", distribution).lower()
