"""What was known of a model when a decision was made: kept with it, so that another policy can decide again."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from courtside.contracts.events import Payload, Window
from courtside.contracts.scoring import PromiseTest


class Known(StrEnum):
    """How a model's performance is known: by labels, by an estimate before they come, or not at all."""

    REALISED = "realised"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


class DriftFacts(Payload):
    """What a drift check found; `unchecked` is the rule by which there was nothing to check, empty if there was.

    Shares are in [0, 1]; `importance` is the share of the model's importance that what moved carries, None if that is
    not known. `usual` features moved no more than the reference itself, `accepted` ones as a person accepted.
    `segments_said` and `table_said` are sentences for people, and `unchecked_said` says why nothing was checked.
    """

    unchecked: str = ""
    unchecked_said: str = ""
    rows: int = 0
    sufficient: bool = True
    features_checked: int = 0
    features_drifted: tuple[str, ...] = ()
    features_broken: tuple[str, ...] = ()
    usual: int = 0
    accepted: tuple[str, ...] = ()
    share: float = 0.0
    importance: float | None = None
    table_drifted: tuple[str, ...] = ()
    table_said: str = ""
    segments_drifted: tuple[str, ...] = ()
    segments_said: str = ""
    files_quarantined: int = 0

    @property
    def moved(self) -> tuple[str, ...]:
        """Everything that drifted, by name."""
        return (*self.features_drifted, *self.table_drifted, *self.segments_drifted)


class PerformanceFacts(Payload):
    """How well the champion does, as far as that is known, and what the promise tests said last.

    `value`, with its 95 % interval, is that of `metric` in `window`; `promise` is what the holdout said. `why_unknown`
    is a sentence, empty unless performance is `unknown`. `tests` are those of this champion.
    """

    known: Known = Known.UNKNOWN
    why_unknown: str = ""
    metric: str = ""
    window: Window | None = None
    rows: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    promise: float | None = None
    tests: tuple[PromiseTest, ...] = ()


class PastTraining(Payload):
    """A training that was started for the model, by what, the day up to which its data reach, and what moved then.

    `champion` is the version that was champion then; older records do not say it.
    """

    training_id: str
    as_of: date
    trigger: str
    recalibrated: bool = False
    moved: tuple[str, ...] = ()
    champion: str = ""


class PastRollBack(Payload):
    """A roll-back of champion `version` to the version `to` that was started by itself, and the day on which it was."""

    version: str
    to: str
    day: date


class PastCheck(Payload):
    """What an earlier decision of the same champion was about: the end of its window, and what drifted in it.

    It was `unchecked` if there was nothing to check.
    """

    day: date
    moved: tuple[str, ...] = ()
    unchecked: bool = False
    action: str = ""
    rule: str = ""


class HistoryFacts(Payload):
    """What happened before: trainings and roll-backs of the last 366 days, decisions of this champion; oldest first.

    The trainings that this decision itself asked for, when it was made before, are not among them, so that a repeated
    delivery decides the same. The champion's data end before `data_until`.
    """

    champion_version: str = ""
    previous_version: str | None = None
    champion_since: date | None = None
    data_until: date | None = None
    trainings: tuple[PastTraining, ...] = ()
    roll_backs: tuple[PastRollBack, ...] = ()
    checks: tuple[PastCheck, ...] = Field((), max_length=60)


class DueFacts(Payload):
    """A training that the contract's `retrain.every` asks for, and whether it would see rows that are `newer`."""

    since: date
    data_until: date
    newer: bool


class Situation(Payload):
    """Everything that a decision is made from.

    `as_of` is the day after the newest that was looked at, and `newest` the day of the newest row, where a check knows
    it; a `named` window is one that a person chose, which may lie long ago. `overdue_since` is the day of the newest
    row if newer ones should have come; `in_season` is False in a part of the year in which the contract expects no
    rows, and `dated` where rows have no times.
    """

    model: str
    as_of: date
    newest: date | None = None
    drift: DriftFacts
    performance: PerformanceFacts = PerformanceFacts()
    history: HistoryFacts = HistoryFacts()
    due: DueFacts | None = None
    overdue_since: date | None = None
    in_season: bool = True
    dated: bool = True
    named: bool = False
