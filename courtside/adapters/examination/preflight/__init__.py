"""What a first deployment would stumble over: each module of this package that has an `EXAMINATION` is one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from courtside.adapters.examination.examine import examine
from courtside.core.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be deployed: the stage's settings, the region, and the checkout it is built from."""

    settings: Mapping[str, Any]
    region: str
    root: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """One thing that is looked at before a deployment, in which only reading calls are made."""

    check: str
    look: Callable[[Plan], Iterable[Finding]]


def examinations() -> list[Examination]:
    """Return every examination of this package, in the order of their modules' names."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    return [module.EXAMINATION for module in modules]


def preflight(plan: Plan) -> Iterator[Finding]:
    """Yield what each examination finds; one that could not ask says so."""
    for each in examinations():
        yield from examine(each.check, partial(each.look, plan))
