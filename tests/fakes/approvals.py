"""A request for an approval, and a state machine in memory that waits for its answer."""

from dataclasses import dataclass, field
from datetime import timedelta

from courtside.contracts.events import ApprovalAnswer, ApprovalRequest
from courtside.contracts.records import ApprovalRecord
from courtside.core.runs import Execution
from courtside.workflows.approval import request_approval
from courtside.workflows.production import Production
from courtside.workflows.retraining_lock import RetrainingLock
from tests.fakes.ports import InMemoryExecutions, RecordedAlerts
from tests.fakes.production import NOW

WAIT = timedelta(hours=48)
YES = ApprovalAnswer(approved=True, by="arn:person")


def waiting_executions() -> InMemoryExecutions:
    executions = InMemoryExecutions()
    executions.add(Execution("second", "RUNNING", NOW, step="Approve"))
    return executions


@dataclass
class RecordedCallback:
    waits: bool = True
    answers: list[tuple[str, ApprovalAnswer]] = field(default_factory=list)

    def answer(self, token: str, answer: ApprovalAnswer) -> bool:
        self.answers.append((token, answer))
        return self.waits


def ask(production: Production, lock: RetrainingLock, alerts: RecordedAlerts, asked: str = "t1") -> ApprovalRecord:
    return request_approval(
        ApprovalRequest(model="nba_games", training_id="second", token=asked, wait_seconds=int(WAIT.total_seconds())),
        lake=production.lake,
        ledger=production.ledger,
        lock=lock,
        alerts=alerts,
        stage="prod",
        now=NOW,
    )
