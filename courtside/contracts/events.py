"""Payloads that cross a process boundary, as pydantic models."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from courtside.contracts.history import HISTORY_PATTERN


class Payload(BaseModel):
    """Base of every payload: immutable; unknown fields are refused so that a typing error is noticed.

    What is read as JSON may be of a newer program, while a stage is upgraded or after it was rolled back: fields that
    are not known here are kept, and written again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Return what was written as JSON, with fields that only a newer program knows."""
        return super().model_validate_json(json_data, **{"extra": "allow", **options})

    @model_serializer(mode="wrap")
    def _with_what_is_not_known_here(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {**dump(self), **(self.__pydantic_extra__ or {})}


class Window(Payload):
    """A half-open range of days, [start, end)."""

    start: date
    end: date

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"window end {self.end} must be after its start {self.start}")
        return self


class Trigger(StrEnum):
    """What asked for a training."""

    INITIAL = "initial"
    DRIFT = "drift"
    MANUAL = "manual"
    SCHEDULE = "schedule"
    PERFORMANCE = "performance"


class DriftCheckRequest(Payload):
    """Input of `check_drift`: a window, or the days before `as_of` (the schedule sends its own time)."""

    model: str
    window: Window | None = None
    as_of: datetime | None = None


class DriftCheckResponse(Payload):
    """Output of `check_drift`; `page_key` and `tracking_run_id` are None where page or run could not be made.

    `table_drifted` names the statistics of the table as a whole that drifted, `segments_drifted` the parts of it by a
    column's values (``column=value``); `share_drifted` is the share of the
    checked features, in [0, 1]. With the decision ``nothing_to_check`` there is no report. `overdue_since` is the day
    of the newest row if data should have come since and did not.
    """

    model: str
    check_id: str
    window: Window
    rows: int
    features_drifted: tuple[str, ...]
    table_drifted: tuple[str, ...] = ()
    segments_drifted: tuple[str, ...] = Field((), exclude_if=lambda names: not names)
    share_drifted: float = 0.0
    decision: str
    rule: str = ""
    reason: str
    report_key: str
    page_key: str | None = None
    files_quarantined: tuple[str, ...] = ()
    execution_arn: str | None = None
    tracking_run_id: str | None = None
    alerted: bool = False
    duplicate: bool = False
    overdue_since: date | None = None


class RetrainingRequest(Payload):
    """Input of the retraining state machine; `report` is the address of the drift report that asked for it.

    It does not run unless its data is at least `cooldown_days` newer than the last training's: what starts by itself
    could start too often, people and the first training are not held back. With `recalibrate` no model is fitted: the
    challenger is the champion with its probabilities recalibrated. With `roll_back_to` nothing is trained at all: that
    version becomes champion again, if `roll_back_from`, which this was decided about, still is champion. `history` is
    the part of the past that candidates learn from: ``all``, the newest years (``5y``), or ``auto``, which time folds
    choose.
    """

    model: str
    training_id: str
    as_of: date
    trigger: Trigger
    reason: str
    report: str = ""
    cooldown_days: int = Field(default=0, ge=0)
    recalibrate: bool = Field(default=False, exclude_if=lambda asked: not asked)
    roll_back_to: str | None = Field(default=None, exclude_if=lambda version: version is None)
    roll_back_from: str | None = Field(default=None, exclude_if=lambda version: version is None)
    history: str = Field(default="all", exclude_if=lambda asked: asked == "all", pattern=HISTORY_PATTERN)

    @model_validator(mode="after")
    def _from_one_version_to_another(self) -> Self:
        if (self.roll_back_to is None) != (self.roll_back_from is None) or (
            self.roll_back_to is not None and self.roll_back_to == self.roll_back_from
        ):
            raise ValueError("a rollback names two versions: roll_back_to and roll_back_from")
        return self

    @property
    def asks_for(self) -> str:
        """What it asks for, in a word: a retraining, a recalibration or a rollback."""
        if self.roll_back_to is not None:
            return "rollback"
        return "recalibration" if self.recalibrate else "retraining"


class LockOutcome(StrEnum):
    """What became of a request for the lock: it runs, waits for its turn, or came too soon after the last."""

    ACQUIRED = "acquired"
    REMEMBERED = "remembered"
    COOLING = "cooling"


class LockResponse(Payload):
    """Output of `lock`, whose input is a `RetrainingRequest`; with the alert to send if it does not run now."""

    training_id: str
    outcome: LockOutcome
    subject: str = ""
    message: str = ""


class UnlockRequest(Payload):
    """Input of `unlock`; `trained` says that a challenger was judged, so that the cool-down counts from its data.

    What waited is started in `machine`. A training that `keeps_lock` gives only its slot back, because it waits for a
    person. An event about a stopped execution passes its input as JSON text; that is a request too.
    """

    request: RetrainingRequest
    trained: bool
    machine: str
    keeps_lock: bool = False

    @field_validator("request", mode="before")
    @classmethod
    def _from_text(cls, given: object) -> object:
        return RetrainingRequest.model_validate_json(given) if isinstance(given, str) else given


class UnlockResponse(Payload):
    """Output of `unlock`: the requests that waited and were started, because it is their turn."""

    training_id: str
    waiting: tuple[RetrainingRequest, ...] = ()


class FreezeResponse(Payload):
    """Output of `freeze`, whose input is a `RetrainingRequest`."""

    training_id: str
    rows: int
    content_hash: str


class GateRequest(Payload):
    """Input of `gate`."""

    model: str
    training_id: str


class GateResponse(Payload):
    """Output of `gate`: the verdict, and the alert to send if it is a rejection.

    `auc_difference` is challenger minus champion, None where the two were not compared and for other tasks than
    `binary`, of which `differences` has those on all rows, by the names of the figures.
    """

    training_id: str
    promote: bool
    rule: str
    reason: str
    subject: str
    message: str
    needs_approval: bool = False
    auc_difference: float | None = None
    differences: dict[str, float] = Field(default_factory=dict, exclude_if=lambda known: not known)


class ApprovalRequest(Payload):
    """Input of `request_approval`: a challenger that passed the gate, the state's token and how long it waits.

    Whoever has the token can answer, so no error may quote the input.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    model: str
    training_id: str
    token: str
    wait_seconds: int


class ApprovalAnswer(Payload):
    """A person's answer to a request for approval, and who gave it."""

    approved: bool
    by: str


class SealRequest(Payload):
    """Input of `seal`: a training whose challenger passed the gate."""

    model: str
    training_id: str


class SealResponse(Payload):
    """Output of `seal`: the challenger's seal."""

    training_id: str
    sha256: str


class PromoteRequest(Payload):
    """Input of `promote`; `sha256` is the challenger's seal, `by` who or what decided."""

    model: str
    training_id: str
    sha256: str
    by: str = "gate"


class PromoteResponse(Payload):
    """Output of `promote`: champion versions before (None for the first) and after, and the alert to send."""

    training_id: str
    before: str | None
    after: str
    subject: str
    message: str


class ArrivalsRequest(Payload):
    """Input of `receive_rows`; what is there says what to do."""

    model: str


class ArrivalsResponse(Payload):
    """Output of `receive_rows`: how many files it looked at, and what became of them.

    `loaded` brought rows, `refused` brought none because the whole file is wrong, and `quarantined` counts the refused
    ones and those with single wrong rows; `waiting` are left for the next round.
    """

    model: str
    files: int = 0
    rows: int = 0
    loaded: int = 0
    refused: int = 0
    quarantined: int = 0
    waiting: int = 0
