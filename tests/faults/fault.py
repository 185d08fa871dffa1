"""Each test below this folder is a fault: what goes wrong, and what the stage promises all the same."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

KINDS = ("deliveries", "kills", "dependencies", "state", "input", "restore", "load")
"""The kinds of faults, each a folder, in the order in which the docs list them."""


@dataclass(frozen=True)
class Fault:
    """One fault as the table in the docs lists it."""

    kind: str
    name: str
    promise: str

    @classmethod
    def of(cls, item: pytest.Item) -> "Fault":
        """Return the fault that a collected test is; its parameters complete its sentences."""
        marker = item.get_closest_marker("fault")
        assert marker is not None, f"{item.nodeid} lies among the faults and does not say which one it is"
        callspec = getattr(item, "callspec", None)
        parameters = {} if callspec is None else callspec.params
        name, promise = (text.format(**parameters) for text in marker.args)
        kind = item.path.parent.name
        assert kind in KINDS, f"{item.nodeid} lies in no folder of a kind of faults"
        return cls(kind, name, promise)


def fault(
    name: str, *, promise: str, quick: bool = False, doctor: str = "", letters: bool = False, twice: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Say which fault a test is: `name` is what goes wrong and `promise` what holds, each in a whole sentence.

    Both may name the test's parameters in braces. A `quick` one also runs with all other tests. What the truths
    must forgive is said here: `doctor` matches the names of the checks that fail rightly afterwards, `letters` says
    that alerts may lie among the dead letters, and `twice` matches what people may be told again.
    """
    return pytest.mark.fault(name, promise, quick=quick, doctor=doctor, letters=letters, twice=twice)
