"""A truth is a function that fails unless something holds; it is asked after each fault, once nothing runs any more."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from courtside.contracts import lake_keys
from tests.faults.model import Model


@dataclass(frozen=True)
class Forgiven:
    """What a fault leaves behind rightly: see `fault`."""

    doctor: str = ""
    letters: bool = False
    twice: str = ""

    def failing(self, check: str) -> bool:
        """Return whether a check of `doctor` may fail."""
        return bool(self.doctor) and re.search(self.doctor, check) is not None

    def again(self, text: str) -> bool:
        """Return whether people may be told something again."""
        return bool(self.twice) and re.search(self.twice, text) is not None


@dataclass(frozen=True)
class Before:
    """What was there before the fault."""

    at: datetime
    failing: frozenset[str]
    """The checks of `doctor` that failed already, for instance because this machine has no engine for images."""
    letters: int
    messages: int
    pending: frozenset[str]
    """What the stage still handed over to functions, which is waited for by whoever set it off."""
    kept: dict[str, frozenset[Any]] = field(default_factory=dict)
    """What may not get lost, by the name of its kind."""


Truth = Callable[[Model, Before, Forgiven], None]
_TRUTHS: list[Truth] = []
KEPT: dict[str, Callable[[Model], frozenset[Any]]] = {}
"""What may not get lost, by the name of its kind; a truth's module adds to it."""


def truth(function: Truth) -> Truth:
    """Register a truth."""
    _TRUTHS.append(function)
    return function


def remembered(model: Model) -> Before:
    """Return what is there before a fault."""
    from tests.faults.truths.alerts import letters
    from tests.faults.truths.commands import failing_before

    return Before(
        at=datetime.now(UTC),
        failing=failing_before(model),
        letters=letters(model),
        messages=len(model.stage.slack.messages),
        pending=model.faults.pending(),
        kept={name: of(model) for name, of in KEPT.items()},
    )


def ask(model: Model, before: Before, forgiven: Forgiven) -> None:
    """Wait until nothing of the model runs and nobody is being told of anything, and ask all truths."""
    model.at_rest(before.pending)
    for each in _TRUTHS:
        each(model, before, forgiven)
    for name, of in KEPT.items():
        lost = before.kept[name] - of(model)
        assert not lost, f"{len(lost)} {name} were lost, such as {sorted(lost, key=str)[:3]}"


def files(model: Model) -> list[str]:
    """Return the keys of all that the lake holds of a model."""
    return [key for prefix in lake_keys.all_of(model.name) for key in model.stage.lake.keys(prefix)]
