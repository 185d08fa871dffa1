"""An answer, or what the state machine says of it, is lost on the way."""

import pytest

from courtside.contracts import ledger_keys
from courtside.contracts.events import ApprovalAnswer
from courtside.contracts.records import ApprovalRecord
from courtside.core.runs import Execution
from courtside.workflows.approval import (
    AlreadyAnswered,
    ApprovalExpired,
    Approvals,
    TrainingEnded,
)
from courtside.workflows.ledger_documents import read, written
from courtside.workflows.production import Production
from courtside.workflows.retraining_lock import RetrainingLock
from tests.fakes.approvals import YES, RecordedCallback, ask, waiting_executions
from tests.fakes.ports import InMemoryExecutions, RecordedAlerts
from tests.fakes.production import NOW


def test_an_answer_that_no_execution_received_is_not_recorded(production: Production, lock: RetrainingLock) -> None:
    ask(production, lock, RecordedAlerts())
    executions = waiting_executions()

    class StoppedMeanwhile(RecordedCallback):
        def answer(self, token: str, answer: ApprovalAnswer) -> bool:
            executions.add(Execution("second", "ABORTED", NOW, NOW))
            return super().answer(token, answer)

    with pytest.raises(TrainingEnded):
        Approvals(production.model, production.ledger, StoppedMeanwhile(waits=False), executions).answer(
            "second", YES, now=NOW
        )
    record, _ = read(production.ledger, ledger_keys.approval("second"), ApprovalRecord)
    assert record is not None
    assert record.approved is None


def test_a_recorded_answer_that_never_arrived_can_be_given_again(production: Production, lock: RetrainingLock) -> None:
    ask(production, lock, RecordedAlerts())

    class Dies(RecordedCallback):
        def answer(self, token: str, answer: ApprovalAnswer) -> bool:
            raise ConnectionError(token, answer)

    with pytest.raises(ConnectionError):
        Approvals(production.model, production.ledger, Dies(), waiting_executions()).answer("second", YES, now=NOW)
    again = RecordedCallback()
    assert (
        Approvals(production.model, production.ledger, again, waiting_executions())
        .answer("second", YES, now=NOW)
        .approved
    )
    assert again.answers == [("t1", YES)]


@pytest.mark.parametrize(
    ("execution", "error"),
    [
        (Execution("second", "SUCCEEDED", NOW, NOW, announced="AnnounceExpiry"), ApprovalExpired),
        (Execution("second", "ABORTED", NOW, NOW, step="Approve"), TrainingEnded),
        (Execution("second", "ABORTED", NOW, NOW, step="Promote", answered=YES.model_dump()), AlreadyAnswered),
    ],
    ids=["expired", "stopped", "stopped later"],
)
def test_a_recorded_answer_that_never_arrived_is_not_called_one_later(
    production: Production, lock: RetrainingLock, execution: Execution, error: type[Exception]
) -> None:
    record = ask(production, lock, RecordedAlerts())
    kept = record.model_copy(update={"approved": True, "decided_by": "arn:person", "decided_at": NOW})
    assert production.ledger.put(written(ledger_keys.approval("second"), kept, expected_revision=1))
    executions = InMemoryExecutions()
    executions.add(execution)
    with pytest.raises(error):
        Approvals(production.model, production.ledger, RecordedCallback(), executions).answer("second", YES, now=NOW)


def test_an_answer_that_arrived_and_whose_acknowledgement_was_lost_counts(
    production: Production, lock: RetrainingLock
) -> None:
    """The client sends it again, and is told that nothing waits for it any more."""
    ask(production, lock, RecordedAlerts())
    executions = waiting_executions()

    class Lost(RecordedCallback):
        def answer(self, token: str, answer: ApprovalAnswer) -> bool:
            went_on = {"training_id": "second", **answer.model_dump()}
            executions.add(Execution("second", "RUNNING", NOW, step="Promote", answered=went_on))
            return super().answer(token, answer)

    approvals = Approvals(production.model, production.ledger, Lost(waits=False), executions)
    assert approvals.answer("second", YES, now=NOW).decided_by == YES.by
    record, _ = read(production.ledger, ledger_keys.approval("second"), ApprovalRecord)
    assert record is not None
    assert record.approved
