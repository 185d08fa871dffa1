"""What the gate decided about a challenger, and what a person answered."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from courtside.contracts.events import Payload
from courtside.contracts.names import REGISTERED_MODEL
from courtside.contracts.versioned import Versioned


class Comparison(Payload):
    """One figure of the gate: both models (and the majority baseline) on the same holdout rows.

    `difference` is challenger minus what it is compared with (`against`), with its paired bootstrap interval, which has
    the given `level`; they are None for a figure that is compared with nothing. `limit` is what it had to keep,
    `passed` whether it did.
    """

    name: str
    challenger: float
    champion: float | None = None
    baseline: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    limit: float
    passed: bool
    against: Literal["champion", "baseline"] = "champion"


class GateDecision(Versioned):
    """The gate's decision as a record: what went in, every number, the rule that fired and who decided.

    `policy` are the limits that were used, and the contract is that of the training; `notes` are what a person should
    know about the figures: what was left out or assumed. `attempts` counts the challengers, this one included, that
    were judged against this champion on rows that this holdout shares, and `level` is that of the interval which may
    promote it: the more attempts, the wider. `earlier` are the trainings of the others. `block` says which rows the
    contract took for dependent when it was judged: those of one ``day`` or ``week``, or of one value of a column.
    """

    training_id: str
    promote: bool
    rule: str
    reason: str
    challenger_version: str | None
    champion_version: str | None
    registered_model: str = REGISTERED_MODEL
    holdout_key: str
    holdout_rows: int
    contract_version: int | None = None
    contract_hash: str | None = None
    policy: dict[str, float]
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...] = ()
    attempts: int = 1
    level: float = 0.95
    earlier: tuple[str, ...] = ()
    block: str | None = Field(default=None, exclude_if=lambda block: block is None)
    decided_by: str
    decided_at: datetime


class ApprovalRecord(Versioned):
    """A promotion that waits for a person, or the person's answer; `token` is the state machine's."""

    training_id: str
    challenger_version: str | None
    champion_version: str | None
    reason: str
    token: str
    asked_at: datetime
    expires_at: datetime
    approved: bool | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
