"""A person's decision about a challenger that passed the gate."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from courtside.contracts import ledger_keys, training_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import ApprovalAnswer, ApprovalRequest
from courtside.contracts.records import ApprovalRecord, GateDecision
from courtside.core.retraining_alerts import approval_alert
from courtside.core.runs import training_run
from courtside.workflows.lake_documents import read_document
from courtside.workflows.ledger_documents import parsed, read
from courtside.workflows.ledger_transactions import Documents, change_together
from courtside.workflows.ports import AlertChannel, Lake, Ledger
from courtside.workflows.retraining_lock import RetrainingLock
from courtside.workflows.runs import Executions


class NoApprovalAsked(CourtsideError):
    """No challenger of that training waits for a person."""

    def __init__(self, training_id: str, model: str) -> None:
        self.training_id = training_id
        self.model = model
        super().__init__(
            f"no challenger of training {training_id} of {model} waits for approval; "
            f"`courtside versions list --model {model}` shows what there is"
        )


class AlreadyAnswered(CourtsideError):
    """Somebody has decided already."""

    def __init__(self, record: ApprovalRecord) -> None:
        self.record = record
        said = "approved" if record.approved else "rejected"
        super().__init__(f"the challenger of training {record.training_id} was {said} by {record.decided_by} already")


class ApprovalExpired(CourtsideError):
    """The answer came after the state machine had stopped waiting."""

    def __init__(self, training_id: str, model: str, expires_at: datetime | None = None) -> None:
        self.training_id = training_id
        self.model = model
        when = f" on {expires_at:%Y-%m-%d at %H:%M} UTC" if expires_at else ""
        super().__init__(
            f"the request for approval of training {training_id} ended{when} and the champion of {model} stayed; "
            f"train again with `courtside retrain --model {model}`, or promote it by hand: "
            f"`courtside versions promote VERSION --reason WHY --model {model}`"
        )


class TrainingEnded(CourtsideError):
    """The training that asked has ended in another way, so there is nothing to answer any more."""

    def __init__(self, training_id: str, model: str, *, state: str, outcome: str) -> None:
        self.training_id = training_id
        self.model = model
        self.state = state
        super().__init__(
            f"training {training_id} does not wait for an answer; it is {state}: {outcome}. Nothing was changed by "
            f"this answer; `courtside runs show {training_id} --model {model}` tells more"
        )


class ApprovalCallback(Protocol):
    """The state that waits for a person."""

    def answer(self, token: str, answer: ApprovalAnswer) -> bool:
        """Let the state go on; return False when it no longer waits."""
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
    """Record the request, keep the lock for as long as it waits, and ask; a repeated call alerts nobody twice.

    A repetition by the state has a token of its own, which takes the place of the one before.
    Raises `ObjectMissing` when the gate left no decision, `LeaseLost`, and `LedgerBusy` after people were asked.
    """
    decision = read_document(
        GateDecision, training_keys.training_verdict(request.model, request.training_id), lake=lake
    )
    key = ledger_keys.approval(request.training_id)
    wait = timedelta(seconds=request.wait_seconds)
    lock.renew(request.training_id, now=now, wait=wait)
    known, _ = read(ledger, key, ApprovalRecord)
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
        model=request.model,
        training_id=request.training_id,
        stage=stage,
        reason=decision.reason,
        expires_at=record.expires_at,
    )
    # The alert comes first: a request that nobody hears of is worse than one that people hear of twice.
    if known is None or known.approved is not None:
        alerts.publish(alert)
    return _kept(record, key, ledger)


def _kept(record: ApprovalRecord, key: str, ledger: Ledger) -> ApprovalRecord:
    """Write a request, unless the same or a later try to ask has written one meanwhile, and return what is there."""

    def step(documents: Documents) -> ApprovalRecord:
        found = documents.find(key, ApprovalRecord)
        if found is not None and (found.token == record.token or found.asked_at > record.asked_at):
            return found
        documents.write(key, record)
        return record

    return change_together(ledger, step)


@dataclass(frozen=True, slots=True)
class Approvals:
    """Where a person answers about the challengers of a model; `ledger` is the model's own part of it."""

    model: str
    ledger: Ledger
    callback: ApprovalCallback
    executions: Executions

    def answer(self, training_id: str, answer: ApprovalAnswer, *, now: datetime) -> ApprovalRecord:
        """Approve or reject the challenger of a training; the first answer that is kept counts.

        The answer is stored before the machine receives it, so that of two at once exactly one is given. An answer
        that was stored but never arrived is delivered when the same answer is given again.

        Raises `NoApprovalAsked`, `AlreadyAnswered`, `ApprovalExpired`, `TrainingEnded` and `LedgerBusy`.
        """
        key = ledger_keys.approval(training_id)

        def decide(documents: Documents) -> tuple[ApprovalRecord, ApprovalRecord]:
            record = documents.find(key, ApprovalRecord)
            if record is None:
                raise NoApprovalAsked(training_id, self.model)
            self._require_waiting(record, answer, now=now)
            said = {"approved": answer.approved, "decided_by": answer.by, "decided_at": now}
            decided = record.model_copy(update=said)
            documents.write(key, decided)
            return record, decided

        def take_back(documents: Documents) -> ApprovalRecord:
            found = documents.find(key, ApprovalRecord) or record
            if found != decided:
                return found
            documents.write(key, record)
            return record

        record, decided = change_together(self.ledger, decide)
        if self.callback.answer(record.token, answer) or self._went_on(training_id, answer):
            return decided
        # The machine never received it: the ledger must not keep an answer that decided nothing.
        raise self._ended(change_together(self.ledger, take_back))

    def _went_on(self, training_id: str, answer: ApprovalAnswer) -> bool:
        """Tell whether the machine has received an answer although it refused it: its own answer to that was lost."""
        execution = self.executions.of(training_id)
        return execution is not None and answer.model_dump().items() <= execution.answered.items()

    def _require_waiting(self, record: ApprovalRecord, answer: ApprovalAnswer, *, now: datetime) -> None:
        if not _still_runs(record, self.executions):
            raise self._ended(record)
        if record.approved not in {None, answer.approved}:
            raise AlreadyAnswered(record)
        if now >= record.expires_at:
            raise ApprovalExpired(record.training_id, self.model, record.expires_at)

    def _ended(self, record: ApprovalRecord) -> CourtsideError:
        execution = self.executions.of(record.training_id)
        expired = execution is not None and execution.announced == "AnnounceExpiry"
        # An answer may have been kept by a command that was killed before the machine received it.
        stopped = execution is not None and execution.status == "ABORTED" and not execution.answered
        if record.approved is not None and not (expired or stopped):
            return AlreadyAnswered(record)
        if execution is None or expired:
            return ApprovalExpired(record.training_id, self.model, record.expires_at)
        run = training_run(execution)
        return TrainingEnded(record.training_id, self.model, state=run.state.value, outcome=run.outcome)

    def waiting(self, *, now: datetime) -> list[ApprovalRecord]:
        """Return the requests that wait for an answer."""
        return approvals_waiting(self.ledger, self.executions, now=now)


def approvals_waiting(ledger: Ledger, executions: Executions, *, now: datetime) -> list[ApprovalRecord]:
    """Return the requests whose training still waits for an answer; a stopped training no longer waits."""
    entries = ledger.entries(ledger_keys.APPROVALS_PREFIX)
    records = [parsed(entry, ApprovalRecord) for entry in entries]
    opened = [record for record in records if record.approved is None and record.expires_at > now]
    return [record for record in opened if _still_runs(record, executions)]


def _still_runs(record: ApprovalRecord, executions: Executions) -> bool:
    execution = executions.of(record.training_id)
    return execution is not None and not training_run(execution).over
