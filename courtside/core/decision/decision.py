"""What was decided, by which rule and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from courtside.contracts.events import Trigger


class Action(StrEnum):
    """What follows from what is known of a model; after `watch` nobody is told, but the next check looks again."""

    NOTHING = "nothing"
    WATCH = "watch"
    ALERT = "alert"
    RECALIBRATE = "recalibrate"
    RETRAIN = "retrain"
    ROLL_BACK = "roll_back"
    NOTHING_TO_CHECK = "nothing_to_check"
    STALE_DATA = "stale_data"


ACTS = frozenset({Action.RECALIBRATE, Action.RETRAIN, Action.ROLL_BACK})
"""The actions that change something."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The action, the rule that chose it, and one plain sentence.

    A training has a `trigger`, the `history` that it learns from, and the day since which it has been `due`: by
    schedule, or because performance is worse; it is None where drift starts it. `version` is the one that a roll-back
    returns to. A decision is `quiet` where there is no news for people. `numbers` are those that the rule compared, by
    name, and `would_change` are sentences about what would have led to another action.
    """

    action: Action
    rule: str
    reason: str
    due: date | None = None
    quiet: bool = False
    trigger: Trigger | None = None
    history: str | None = None
    version: str | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    would_change: tuple[str, ...] = ()

    @property
    def tells(self) -> bool:
        """Whether people are told of it."""
        return self.action in ACTS | {Action.ALERT} and not self.quiet
