"""A person's word on a challenger that passed the gate."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import ApprovalAnswer, ApprovalRequest
from courtside.contracts.names import REGISTERED_MODEL
from courtside.contracts.records import ApprovalRecord, GateDecision
from courtside.core.retraining_alerts import approval_alert
from courtside.workflows.documents import read, written
from courtside.workflows.ports import AlertChannel, Lake, Ledger
from courtside.workflows.retraining_lock import RetrainingLock


class NoApprovalAsked(CourtsideError):
    """No challenger of that training waits for a person."""

    def __init__(self, training_id: str) -> None:
        self.training_id = training_id
        super().__init__(
            f"no challenger of training {training_id} waits for approval; `courtside versions list` shows what there is"
        )


class AlreadyAnswered(CourtsideError):
    """Somebody has decided already."""

    def __init__(self, record: ApprovalRecord) -> None:
        self.record = record
        said = "approved" if record.approved else "rejected"
        super().__init__(f"the challenger of training {record.training_id} was {said} by {record.decided_by} already")


class ApprovalExpired(CourtsideError):
    """The answer came after the state machine had stopped waiting."""

    def __init__(self, training_id: str, expires_at: datetime | None = None) -> None:
        self.training_id = training_id
        when = f" on {expires_at:%Y-%m-%d at %H:%M} UTC" if expires_at else ""
        super().__init__(
            f"the request for approval of training {training_id} ended{when} and the champion stayed; "
            "train again with `courtside retrain`, or promote it by hand: `courtside versions promote VERSION`"
        )


class ApprovalCallback(Protocol):
    """The state that waits for a person."""

    def answer(self, token: str, answer: ApprovalAnswer) -> bool:
        """Let the state go on; return False when it waits no more."""
        ...


def request_approval(
    request: ApprovalRequest,
    *,
    lake: Lake,
    ledger: Ledger,
    lock: RetrainingLock,
    alerts: AlertChannel,
    stage: str,
    now: datetime,
) -> ApprovalRecord:
    """Note the request, keep the lock for as long as it waits, and ask; a repeated call alerts nobody twice."""
    decision = GateDecision.model_validate_json(lake.read(lake_keys.training_verdict(request.training_id)))
    key = ledger_keys.approval(request.training_id)
    wait = timedelta(seconds=request.wait_seconds)
    lock.renew(request.training_id, now=now, wait=wait)
    known, revision = read(ledger, key, ApprovalRecord)
    if known is not None and known.token == request.token:
        return known
    record = ApprovalRecord(
        training_id=request.training_id,
        challenger_version=decision.challenger_version,
        champion_version=decision.champion_version,
        reason=decision.reason,
        token=request.token,
        asked_at=now,
        expires_at=now + wait,
    )
    alert = approval_alert(
        model=REGISTERED_MODEL,
        training_id=request.training_id,
        stage=stage,
        reason=decision.reason,
        expires_at=record.expires_at,
    )
    # The alert first: a request that nobody heard of is worse than one that is heard twice.
    alerts.publish(alert)
    ledger.put(written(key, record, expected_revision=revision))
    return record


@dataclass(frozen=True, slots=True)
class Approvals:
    """Where a person answers."""

    ledger: Ledger
    callback: ApprovalCallback

    def answer(self, training_id: str, answer: ApprovalAnswer, *, now: datetime) -> ApprovalRecord:
        """Approve or reject the challenger of a training, once.

        Raises `NoApprovalAsked`, `AlreadyAnswered` and `ApprovalExpired`.
        """
        key = ledger_keys.approval(training_id)
        record, revision = read(self.ledger, key, ApprovalRecord)
        if record is None:
            raise NoApprovalAsked(training_id)
        if record.approved is not None:
            raise AlreadyAnswered(record)
        if now >= record.expires_at or not self.callback.answer(record.token, answer):
            raise ApprovalExpired(training_id, record.expires_at)
        decided = record.model_copy(update={"approved": answer.approved, "decided_by": answer.by, "decided_at": now})
        self.ledger.put(written(key, decided, expected_revision=revision))
        return decided

    def waiting(self, *, now: datetime) -> list[ApprovalRecord]:
        """Return the requests that wait for an answer."""
        entries = self.ledger.entries(ledger_keys.APPROVALS_PREFIX)
        records = [ApprovalRecord.model_validate_json(entry.document) for entry in entries]
        return [record for record in records if record.approved is None and record.expires_at > now]
