"""Folders whose modules register themselves: each only has to declare one object under an agreed name."""

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

Declared = TypeVar("Declared")


def declared_in(package: str, path: Sequence[str], *, name: str, kind: type[Declared]) -> list[Declared]:
    """Return what a package's modules declare under `name`, in the modules' order; modules without it are skipped."""
    modules = [import_module(f"{package}.{found.name}") for found in iter_modules(path)]
    declared = [getattr(module, name, None) for module in modules]
    return [each for each in declared if isinstance(each, kind)]
