"""One retraining of a model at a time: a lease that ends by itself, and a memory for requests that come meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from courtside.contracts import ledger_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import (
    LockOutcome,
    LockResponse,
    RetrainingRequest,
    UnlockRequest,
    UnlockResponse,
    execution_name,
    shortened,
)
from courtside.contracts.key_names import LONGEST
from courtside.contracts.records import RetrainingLockState
from courtside.core.retraining_alerts import cooling_alert, remembered_alert
from courtside.workflows.ledger_documents import change
from courtside.workflows.ports import Ledger

AGAIN = "again-"

State = RetrainingLockState
_Result = TypeVar("_Result")


class LeaseLost(CourtsideError):
    """Another retraining holds the lock, so this one must not go on."""

    def __init__(self, training_id: str, holder: str | None) -> None:
        self.training_id = training_id
        self.holder = holder
        now = f"{holder} holds it" if holder else "nobody holds it"
        super().__init__(
            f"training {training_id} has lost the retraining lock ({now}): its lease ended without a sign of life. "
            "Nothing was promoted by it; start it again with `courtside retrain`"
        )


@dataclass(frozen=True, slots=True)
class RetrainingLock:
    """The lock of one model, in its part of the ledger.

    `lease` is how long a holder keeps the lock without a sign of life.
    """

    ledger: Ledger
    lease: timedelta

    def acquire(self, request: RetrainingRequest, *, now: datetime) -> LockResponse:
        """Take the lock for a request, or remember the request for when the holder is done.

        Of several that wait, the one with the newest data is kept. A repeated request of the holder renews its lease. A
        dead holder's lease ends by itself, and the next request takes over.
        """
        outcome, found = self._change(lambda state: self._taken(state, request, now=now))
        if outcome is LockOutcome.ACQUIRED:
            return LockResponse(training_id=request.training_id, outcome=outcome)
        alert = (
            remembered_alert(request, holder=found.holder or "", lease_until=found.lease_until)
            if outcome is LockOutcome.REMEMBERED
            else cooling_alert(request, trained_as_of=found.trained_as_of)
        )
        return LockResponse(training_id=request.training_id, outcome=outcome, subject=alert.subject, message=alert.text)

    def renew(self, training_id: str, *, now: datetime, wait: timedelta = timedelta(0)) -> None:
        """Prolong the holder's lease, by `wait` more where it waits for a person; raises `LeaseLost`.

        A lease that ended is simply renewed if nobody else has taken the lock.
        """

        def step(state: State) -> tuple[State, None]:
            if state.holder != training_id:
                raise LeaseLost(training_id, state.holder)
            return state.model_copy(update={"lease_until": now + wait + self.lease}), None

        self._change(step)

    def release(self, done: UnlockRequest) -> UnlockResponse:
        """Give the lock back and return the request that waited, to be run next under a new name.

        It stays remembered until a run takes the lock with data at least as new, so a start that fails loses nothing. A
        run that had lost its lease gives nothing back and starts nothing. Doing it twice gives the same result.
        """
        training_id = done.request.training_id

        def step(state: State) -> tuple[State, RetrainingRequest | None]:
            if state.holder not in {training_id, None}:
                return state, None
            freed = state.model_copy(update={"holder": None, "lease_until": None})
            if done.trained:
                newest = max(filter(None, (state.trained_as_of, done.request.as_of)))
                freed = freed.model_copy(update={"trained_as_of": newest})
            return freed, freed.waiting

        waiting = self._change(step)
        again = _again(waiting) if waiting else None
        name = execution_name(again.model, again.training_id) if again else ""
        return UnlockResponse(training_id=training_id, waiting=again, execution=name)

    def _taken(
        self, state: State, request: RetrainingRequest, *, now: datetime
    ) -> tuple[State, tuple[LockOutcome, State]]:
        """Return the state after a request, what became of the request, and the state before it."""
        if state.holder not in {request.training_id, None} and (state.lease_until or now) > now:
            return _remembering(state, request), (LockOutcome.REMEMBERED, state)
        after = _without_covered(state, request)
        if _cools(state, request):
            return after, (LockOutcome.COOLING, state)
        after = after.model_copy(update={"holder": request.training_id, "lease_until": now + self.lease})
        return after, (LockOutcome.ACQUIRED, state)

    def _change(self, step: Callable[[State], tuple[State, _Result]]) -> _Result:
        return change(self.ledger, ledger_keys.RETRAINING_LOCK, State(), step)


def _cools(state: State, request: RetrainingRequest) -> bool:
    if state.trained_as_of is None or not request.cooldown_days:
        return False
    return (request.as_of - state.trained_as_of).days < request.cooldown_days


def _remembering(state: State, request: RetrainingRequest) -> State:
    known = state.waiting
    if known == request:
        return state
    newest = known if known is not None and known.as_of > request.as_of else request
    return state.model_copy(update={"waiting": newest, "coalesced": state.coalesced + 1})


def _without_covered(state: State, request: RetrainingRequest) -> State:
    """Forget the request that waited where this one's data is at least as new."""
    if state.waiting is None or state.waiting.as_of > request.as_of:
        return state
    return state.model_copy(update={"waiting": None, "coalesced": 0})


def _again(waiting: RetrainingRequest) -> RetrainingRequest:
    # An execution of that name has run already: the one that found the lock taken.
    return waiting.model_copy(update={"training_id": shortened(f"{AGAIN}{waiting.training_id}", LONGEST)})
