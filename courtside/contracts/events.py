"""Payloads that cross a process boundary, as pydantic models."""

from datetime import date, datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator


class Payload(BaseModel):
    """Base of every payload: immutable; unknown fields are refused so that a typing slip is heard."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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


class DriftCheckRequest(Payload):
    """Input of `check_drift`: a window, or the days before `as_of` (the schedule sends its own time)."""

    window: Window | None = None
    as_of: datetime | None = None


class DriftCheckResponse(Payload):
    """Output of `check_drift`; `page_key` and `tracking_run_id` are None where page or run could not be made."""

    check_id: str
    window: Window
    rows: int
    features_drifted: tuple[str, ...]
    decision: str
    reason: str
    report_key: str
    page_key: str | None = None
    files_quarantined: tuple[str, ...] = ()
    execution_arn: str | None = None
    tracking_run_id: str | None = None
    alerted: bool = False
    duplicate: bool = False


class RetrainingRequest(Payload):
    """Input of the retraining state machine."""

    training_id: str
    as_of: date
    trigger: Trigger
    reason: str


class GateRequest(Payload):
    """Input of `gate`."""

    training_id: str


class GateResponse(Payload):
    """Output of `gate`: the verdict, and the alert to send if it is a rejection."""

    training_id: str
    promote: bool
    rule: str
    reason: str
    subject: str
    message: str


class PromoteRequest(Payload):
    """Input of `promote`."""

    training_id: str


class PromoteResponse(Payload):
    """Output of `promote`: champion versions before (None for the first) and after, and the alert to send."""

    training_id: str
    before: str | None
    after: str
    subject: str
    message: str
