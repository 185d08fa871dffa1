"""A rule says which requests to an embedded AWS meet a fault, which fault, and how often."""

import re
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Effect(StrEnum):
    """What happens to a request that a rule matches."""

    ANSWER = "answer"
    """It gets the rule's own answer."""
    HOLD = "hold"
    """It stands still until the rule is taken away; if its caller was killed meanwhile, it is not carried out."""
    CUT = "cut"
    """Its connection ends in the middle of the answer's body."""
    LATE = "late"
    """It is carried out after the rule's delay, even if its caller has given up by then."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault: the requests that it meets, its effect, and whether they are carried out before.

    `service`, `request` (of "METHOD /path?query target") and `caller` (the name of a function or task; the owner's is
    empty) are regular expressions that are searched for, and so is `body` in the request's body. The first `skip`
    requests that match are let through, then `times` of them meet the fault (None is all). With `after`, a request
    is carried out first, and its caller does not get to know. `delay` is in seconds, before anything else.
    """

    effect: Effect
    service: str = ""
    request: str = ""
    caller: str = ""
    body: str = ""
    after: bool = False
    skip: int = 0
    times: int | None = None
    delay: float = 0.0
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    content: str = ""

    def matches(self, asked: "Asked") -> bool:
        """Return whether the rule is about a request."""
        return all(
            re.search(wanted, found) is not None
            for wanted, found in (
                (self.service, asked.service),
                (self.request, asked.request),
                (self.caller, asked.caller),
                (self.body, asked.body.decode("latin-1") if self.body else ""),
            )
        )

    def to_json(self) -> dict[str, Any]:
        """Return the rule as it is sent to an embedded AWS."""
        return asdict(self)

    @classmethod
    def from_json(cls, sent: dict[str, Any]) -> "Rule":
        """Return the rule that was sent; raises `TypeError` or `ValueError` if it is none."""
        return cls(**{**sent, "effect": Effect(sent["effect"])})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as rules see it; `key_id` is the key that it was signed with."""

    service: str
    request: str
    caller: str
    key_id: str
    body: bytes
