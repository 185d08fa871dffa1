"""A stage whose trainings take and give back their slots, and a ledger in which something else may happen meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from courtside.contracts import ledger_keys
from courtside.contracts.events import LockResponse, RetrainingRequest, Trigger, UnlockRequest
from courtside.contracts.records import RetrainingLockState, TrainingSlots
from courtside.workflows.ledger_documents import read
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import LedgerWrite
from courtside.workflows.retraining_lock import RetrainingLock
from tests.fakes.ports import InMemoryLedger

NOW = datetime(2026, 3, 1, 7, tzinfo=UTC)
LEASE = timedelta(minutes=90)
MODELS = ("churn", "nba_games", "prices")


def request(model: str, name: str = "first", day: int = 1) -> RetrainingRequest:
    return RetrainingRequest(
        model=model, training_id=name, as_of=date(2026, 3, day), trigger=Trigger.MANUAL, reason="a test"
    )


@dataclass
class Interrupted(InMemoryLedger):
    """A ledger in which something else happens between a transaction's reads and its writes."""

    meanwhile: Callable[[], None] | None = None

    def put(self, *writes: LedgerWrite) -> bool:
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()
        return super().put(*writes)


@dataclass
class Stage:
    """Trainings of a stage as the state machine runs them: by the lock, and started under names that are used once."""

    at_once: int = 1
    ledger: Interrupted = field(default_factory=Interrupted)
    now: datetime = NOW

    def lock(self, model: str) -> RetrainingLock:
        return RetrainingLock(ModelLedger(self.ledger, model), LEASE, self.at_once, pause=lambda _: None)

    def acquire(self, asked: RetrainingRequest) -> LockResponse:
        return self.lock(asked.model).acquire(asked, now=self.now)

    def release(
        self, given: RetrainingRequest, *, trained: bool = True, keeps_lock: bool = False
    ) -> tuple[RetrainingRequest, ...]:
        done = UnlockRequest(request=given, trained=trained, machine="arn:machine", keeps_lock=keeps_lock)
        return self.lock(given.model).release(done, now=self.now).waiting

    @property
    def slots(self) -> TrainingSlots:
        return read(self.ledger, ledger_keys.TRAINING_SLOTS, TrainingSlots)[0] or TrainingSlots()

    def state(self, model: str) -> RetrainingLockState:
        found = read(self.ledger, ledger_keys.retraining_lock(model), RetrainingLockState)[0]
        return found or RetrainingLockState()
