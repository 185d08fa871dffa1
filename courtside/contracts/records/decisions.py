"""What drift checks decided, and what may happen only once because of it."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from courtside.contracts.events import RetrainingRequest, Window
from courtside.contracts.records.situations import Situation
from courtside.contracts.versioned import Versioned


class DecisionRecord(Versioned):
    """One logged decision; `done` says that everything it asked for has happened.

    A `backfilled` decision was computed later: it says what would have been decided, but nothing was done. If there was
    nothing to check, `report_key` and `champion_version` are empty. The contract is the one that the check was made by;
    `load` is the one that was checked where rows have no times; `overdue_since` is the day of the newest row if newer
    ones should have come and did not. `numbers` are those that the rule compared, by name, and `would_change` are
    sentences about what would have led to another action; `situation` is what the decision was made from, and `policy`
    the limits that it was made by. `request` is what it asked the retraining machine for, `history` the part of the
    past that a training learns from, and `by` the person who decided.
    """

    model: str
    check_id: str
    window: Window
    champion_version: str
    action: str
    rule: str
    reason: str
    report_key: str
    decided_at: datetime
    contract_version: int | None = None
    contract_hash: str | None = None
    load: str | None = None
    execution_arn: str | None = None
    done: bool = False
    backfilled: bool = False
    overdue_since: date | None = None
    numbers: dict[str, float] = Field(default_factory=dict)
    would_change: tuple[str, ...] = ()
    request: RetrainingRequest | None = None
    history: str | None = None
    by: str = ""
    situation: Situation | None = None
    policy: dict[str, Any] = Field(default_factory=dict)


class ClaimState(Versioned):
    """What may happen only once: `told` when its alert was sent, `free` when its owner gave it back.

    `subjects` are what the newest alert was about, where one claim is for the alerts about many things.
    """

    told: bool = False
    free: bool = False
    subjects: tuple[str, ...] = ()


class RetrainingLockState(Versioned):
    """Which training runs, until when its lease lasts, what waits for it to end, and the newest data used so far.

    A rollback that is `waiting` comes before a training, which is then `behind` it. `released` is the training that
    gave the lock back last. `ended` are the newest trainings that ended before they had it: a function that one of them
    left behind must not take it any more.
    """

    holder: str | None = None
    lease_until: datetime | None = None
    waiting: RetrainingRequest | None = None
    behind: RetrainingRequest | None = None
    coalesced: int = 0
    trained_as_of: date | None = None
    released: str | None = None
    ended: tuple[str, ...] = ()
