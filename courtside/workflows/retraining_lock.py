"""One retraining of a model at a time, and so many of a stage as may run at once; what comes meanwhile is remembered.

A model's lock and the stage's slots are changed together. Both are leases, which end by themselves when a holder dies.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from courtside.contracts import ledger_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import LockOutcome, LockResponse, RetrainingRequest, UnlockRequest, UnlockResponse
from courtside.contracts.execution_names import shortened
from courtside.contracts.key_names import LONGEST
from courtside.contracts.records import RetrainingLockState, TrainingSlot, TrainingSlots
from courtside.contracts.versioned import TooNew
from courtside.core.alerting import Alert
from courtside.core.retraining_alerts import cooling_alert, remembered_alert, turn_alert
from courtside.core.training_slots import living, queued, slot_of, with_slot, without_training
from courtside.workflows.ledger_documents import LedgerDocumentDamaged
from courtside.workflows.ledger_transactions import Documents, change_together, wait_at_random
from courtside.workflows.model_ledger import ModelLedger

_AGAIN = re.compile(r"^again\d*-")
START = timedelta(minutes=10)
"""A slot is kept for a request that waited, for as long as its execution may take to start and to take the lock."""
_MOST_ENDED = 32
"""A function runs for minutes after its execution was stopped, in which not so many trainings of one model end."""

State = RetrainingLockState
_Result = TypeVar("_Result")


class LeaseLost(CourtsideError):
    """Another retraining holds the lock, so this one must not go on."""

    def __init__(self, training_id: str, model: str, holder: str | None) -> None:
        self.training_id = training_id
        self.model = model
        self.holder = holder
        now = f"{holder} holds it" if holder else "nobody holds it"
        super().__init__(
            f"training {training_id} has lost the retraining lock of {model} ({now}): its lease ended without a sign "
            f"of life. Nothing was promoted by it; start it again with `courtside retrain --model {model}`"
        )


class TrainingOver(CourtsideError):
    """A training's execution has ended, so a function that it left behind must not take the lock for it."""

    def __init__(self, training_id: str, model: str) -> None:
        self.training_id = training_id
        self.model = model
        super().__init__(
            f"training {training_id} of {model} was over before it took the retraining lock, so the lock stays free; "
            f"start it again under another name with `courtside retrain --model {model}`"
        )


@dataclass(frozen=True, slots=True)
class RetrainingLock:
    """The lock of one model, in its part of the ledger, and the slots of all, of which there are `at_once`.

    `lease` is how long a holder keeps lock and slot without a sign of life.
    """

    ledger: ModelLedger
    lease: timedelta
    at_once: int = 1
    pause: Callable[[int], None] = wait_at_random

    def acquire(self, request: RetrainingRequest, *, now: datetime) -> LockResponse:
        """Take lock and slot for a request, or remember the request for when it is its turn.

        Of several of one model that wait, the one with the newest data is kept. A rollback waits for its model's lock
        only, not for a slot. A repeated request of the holder renews its lease. A dead holder's lease ends by itself,
        and the next request takes over. Raises `TrainingOver` for a training that has ended before it had the lock.
        """

        def step(documents: Documents) -> tuple[LockOutcome, Alert | None]:
            state, slots = self._state(documents), living(_slots(documents), now=now)
            if request.training_id in state.ended:
                raise TrainingOver(request.training_id, request.model)
            outcome, alert = self._outcome(state, slots, request, now=now)
            if outcome is LockOutcome.REMEMBERED:
                state = _remembering(state, request)
            else:
                state = _without_covered(state, request)
            if outcome is LockOutcome.ACQUIRED:
                until = now + self.lease
                state = state.model_copy(update={"holder": request.training_id, "lease_until": until})
                slots = with_slot(slots, _slot(request, until, started=True))
            self._write(documents, state, slots)
            return outcome, alert

        outcome, alert = self._change(step)
        response = LockResponse(training_id=request.training_id, outcome=outcome)
        return response.model_copy(update={"subject": alert.subject, "message": alert.text}) if alert else response

    def renew(self, training_id: str, *, now: datetime, wait: timedelta = timedelta(0)) -> None:
        """Prolong the holder's lease, by `wait` more where it waits for a person; raises `LeaseLost`.

        A lease that ended is simply renewed if nobody else has taken the lock. Waiting for a person needs no slot.
        """

        def step(documents: Documents) -> None:
            state, slots = self._state(documents), _slots(documents)
            if state.holder != training_id:
                raise LeaseLost(training_id, self.ledger.model, state.holder)
            until = now + self.lease
            slot = slot_of(slots, self.ledger.model)
            if slot is not None and slot.training_id == training_id:
                slots = with_slot(slots, slot.model_copy(update={"lease_until": until}))
            self._write(documents, state.model_copy(update={"lease_until": until + wait}), slots)

        self._change(step)

    def release(self, done: UnlockRequest, *, now: datetime) -> UnlockResponse:
        """Give lock and slot back, and return the requests whose turn it is, under new names.

        Each stays remembered, and a slot is kept for it, until its run takes the lock; so a start that fails loses
        nothing. A run that had lost its lease gives nothing back. Doing it twice gives the same result.
        """
        training_id = done.request.training_id

        def step(documents: Documents) -> tuple[RetrainingRequest, ...]:
            state, slots = self._state(documents), living(_slots(documents), now=now)
            own = slot_of(slots, self.ledger.model)
            if own is not None and own.training_id == training_id and not own.started:
                # Its run ended before it took the lock, so others that wait come first.
                slots = queued(slots, self.ledger.model, waits=False)
            if not done.keeps_lock:
                state = _over(state, training_id)
                if state.holder in {training_id, None}:
                    state = _freed(state, done)
            self._write(documents, state, without_training(slots, self.ledger.model, training_id))
            return self._hand_over(documents, now=now)

        return UnlockResponse(training_id=training_id, waiting=self._change(step))

    def _outcome(
        self, state: State, slots: TrainingSlots, request: RetrainingRequest, *, now: datetime
    ) -> tuple[LockOutcome, Alert | None]:
        """Return what becomes of a request, and what people are told if it does not run now."""
        if state.holder != request.training_id and _held(state, now=now):
            alert = remembered_alert(request, holder=state.holder or "", lease_until=state.lease_until)
            return LockOutcome.REMEMBERED, alert
        if _cools(state, request):
            return LockOutcome.COOLING, cooling_alert(request, trained_as_of=state.trained_as_of)
        full = slot_of(slots, request.model) is None and len(slots.running) >= self.at_once
        if full and not _rolls_back(request):
            return LockOutcome.REMEMBERED, turn_alert(request, slots)
        return LockOutcome.ACQUIRED, None

    def _hand_over(self, documents: Documents, *, now: datetime) -> tuple[RetrainingRequest, ...]:
        """Keep each free slot for the model that has waited longest, and return all requests with such a slot."""
        slots = _slots(documents)
        for model in slots.waiting:
            if len(slots.running) >= self.at_once:
                break
            if slot_of(slots, model) is not None:
                continue
            state = _readable(documents, model)
            if state is None or _held(state, now=now):
                continue
            if state.waiting is None:
                slots = queued(slots, model, waits=False)
                continue
            # An execution of the request's own name has run already: the one that found no free lock or slot.
            again = _again(state.waiting, turn=slots.turns + 1)
            documents.write(ledger_keys.retraining_lock(model), state.model_copy(update={"waiting": again}))
            slots = with_slot(slots, _slot(again, now + START, started=False))
            slots = slots.model_copy(update={"turns": slots.turns + 1})
        documents.write(ledger_keys.TRAINING_SLOTS, slots)
        return tuple(_kept_for(documents, slots))

    def _state(self, documents: Documents) -> State:
        return documents.read(ledger_keys.retraining_lock(self.ledger.model), State())

    def _write(self, documents: Documents, state: State, slots: TrainingSlots) -> None:
        """Change lock and slots; a model waits for a slot exactly while a request of it is remembered."""
        documents.write(ledger_keys.retraining_lock(self.ledger.model), state)
        first = state.waiting is not None and _rolls_back(state.waiting)
        slots = queued(slots, self.ledger.model, waits=state.waiting is not None, first=first)
        documents.write(ledger_keys.TRAINING_SLOTS, slots)

    def _change(self, step: Callable[[Documents], _Result]) -> _Result:
        return change_together(self.ledger.ledger, step, pause=self.pause)


def _slots(documents: Documents) -> TrainingSlots:
    return documents.read(ledger_keys.TRAINING_SLOTS, TrainingSlots())


def _slot(request: RetrainingRequest, until: datetime, *, started: bool) -> TrainingSlot:
    return TrainingSlot(model=request.model, training_id=request.training_id, lease_until=until, started=started)


def _readable(documents: Documents, model: str) -> State | None:
    """Return another model's lock; None for one that cannot be read, which must not keep all others waiting."""
    try:
        return documents.read(ledger_keys.retraining_lock(model), State())
    except (LedgerDocumentDamaged, TooNew):
        return None


def _kept_for(documents: Documents, slots: TrainingSlots) -> Iterator[RetrainingRequest]:
    """Yield the requests that slots are kept for: their runs have not taken their locks yet."""
    for slot in slots.running:
        state = None if slot.started else _readable(documents, slot.model)
        if state is not None and state.waiting is not None and state.waiting.training_id == slot.training_id:
            yield state.waiting


def _held(state: State, *, now: datetime) -> bool:
    return state.holder is not None and (state.lease_until or now) > now


def _freed(state: State, done: UnlockRequest) -> State:
    freed = state.model_copy(update={"holder": None, "lease_until": None})
    if not done.trained or done.request.recalibrate:  # which learns from no new data
        return freed
    newest = max(filter(None, (state.trained_as_of, done.request.as_of)))
    return freed.model_copy(update={"trained_as_of": newest})


def _over(state: State, training_id: str) -> State:
    """Note that a training has ended: it gave the lock back, now or before, or it never had it."""
    if state.holder == training_id:
        return state.model_copy(update={"released": training_id})
    if training_id in {state.released, *state.ended}:
        return state
    return state.model_copy(update={"ended": (*state.ended, training_id)[-_MOST_ENDED:]})


def _cools(state: State, request: RetrainingRequest) -> bool:
    if state.trained_as_of is None or not request.cooldown_days:
        return False
    return (request.as_of - state.trained_as_of).days < request.cooldown_days


def _remembering(state: State, request: RetrainingRequest) -> State:
    known = state.waiting
    if known == request:
        return state
    if known is None or _rolls_back(request) == _rolls_back(known):
        waits = {"waiting": _newest(request, known)}
    elif _rolls_back(request):
        waits = {"waiting": request, "behind": known}
    else:
        waits = {"behind": _newest(request, state.behind)}
    return state.model_copy(update={**waits, "coalesced": state.coalesced + 1})


def _newest(request: RetrainingRequest, known: RetrainingRequest | None) -> RetrainingRequest:
    return request if known is None or _covers(request, known) or known.recalibrate else known


def _without_covered(state: State, request: RetrainingRequest) -> State:
    """Forget what waited and what this request does as well."""
    waits = [each for each in (state.waiting, state.behind) if each is not None]
    left = [each for each in waits if not _covers(request, each)]
    if left == waits:
        return state
    waiting, behind, *_ = (*left, None, None)
    return state.model_copy(update={"waiting": waiting, "behind": behind, "coalesced": 0})


def _covers(request: RetrainingRequest, other: RetrainingRequest) -> bool:
    """Tell whether a request does what another one asks for: its data is as new, and a recalibration is no training.

    A rollback takes the place of another one, and of nothing else.
    """
    if _rolls_back(request) or _rolls_back(other):
        return _rolls_back(request) and _rolls_back(other)
    return request.as_of >= other.as_of and (other.recalibrate or not request.recalibrate)


def _rolls_back(request: RetrainingRequest) -> bool:
    return request.roll_back_to is not None


def _again(waiting: RetrainingRequest, *, turn: int) -> RetrainingRequest:
    """Return a request under the name of its next run: `again-NAME`, and `againTURN-NAME` where it ran again before."""
    name = _AGAIN.sub("", waiting.training_id)
    again = f"again-{name}" if name == waiting.training_id else f"again{turn}-{name}"
    return waiting.model_copy(update={"training_id": shortened(again, LONGEST)})
