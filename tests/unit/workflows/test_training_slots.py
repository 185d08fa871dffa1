"""So many trainings of a stage run at once as its setting says, and what waits starts by itself, oldest first."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts import ledger_keys
from courtside.contracts.events import LockOutcome, LockResponse, RetrainingRequest, Trigger, UnlockRequest
from courtside.contracts.records import RetrainingLockState, TrainingSlots
from courtside.workflows.ledger_documents import read
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import LedgerWrite
from courtside.workflows.retraining_lock import START, LeaseLost, RetrainingLock
from courtside.workflows.unlock import unlock
from tests.fakes.ports import InMemoryLedger, RecordedRetraining

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


def test_another_models_training_waits_for_its_turn_and_people_are_told_what_runs_and_who_is_before_it() -> None:
    stage = Stage()
    assert stage.acquire(request("nba_games")).outcome is LockOutcome.ACQUIRED
    stage.acquire(request("churn"))
    told = stage.acquire(request("prices", "urgent"))
    assert told.outcome is LockOutcome.REMEMBERED
    assert told.subject == "Courtside: retraining remembered, it waits for its turn"
    assert "Retraining urgent of prices is remembered" in told.message
    assert "runs 1 training at once (trainings_at_once), and that is first of nba_games now" in told.message
    assert "*Before it*: 1 model (churn)" in told.message
    # Its lock is free: nothing of it runs.
    assert stage.state("prices").holder is None


def test_the_oldest_that_waits_starts_next_over_all_models() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    stage.acquire(request("churn"))
    stage.acquire(request("nba_games", "newer", 2))
    stage.acquire(request("prices"))
    (churn,) = stage.release(request("nba_games"))
    assert (churn.model, churn.training_id) == ("churn", "again-first")
    stage.acquire(churn)
    (newer,) = stage.release(churn)
    assert (newer.model, newer.training_id) == ("nba_games", "again-newer")
    stage.acquire(newer)
    (prices,) = stage.release(newer)
    assert prices.model == "prices"
    stage.acquire(prices)
    assert stage.release(prices) == ()
    assert (stage.slots.running, stage.slots.waiting) == ((), ())


def test_a_slot_is_kept_for_the_next_one_and_no_newcomer_takes_it() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    stage.acquire(request("churn"))
    (churn,) = stage.release(request("nba_games"))
    assert stage.acquire(request("prices")).outcome is LockOutcome.REMEMBERED
    assert stage.acquire(churn).outcome is LockOutcome.ACQUIRED
    assert stage.slots.waiting == ("prices",)


def test_a_start_that_never_came_is_made_up_for_under_another_name() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    stage.acquire(request("churn"))
    (lost,) = stage.release(request("nba_games"))
    # The same unlock, repeated because its answer was lost, starts the same execution.
    assert stage.release(request("nba_games")) == (lost,)
    stage.now += START
    stage.acquire(request("prices"))
    (again,) = stage.release(request("prices"))
    assert again.training_id == "again2-first"
    assert stage.acquire(again).outcome is LockOutcome.ACQUIRED


def test_a_start_that_came_too_late_takes_no_name_from_a_later_one() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    stage.acquire(request("churn"))
    (late,) = stage.release(request("nba_games"))
    stage.now += START
    stage.acquire(request("prices"))
    (second,) = stage.release(request("prices"))
    stage.acquire(second)
    assert stage.acquire(late).outcome is LockOutcome.REMEMBERED
    (third,) = stage.release(second)
    assert len({late.training_id, second.training_id, third.training_id}) == 3


def test_a_run_stopped_before_it_took_its_lock_lets_others_pass_and_is_started_anew() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    stage.acquire(request("churn"))
    stage.acquire(request("prices"))
    (stopped,) = stage.release(request("nba_games"))
    (prices,) = stage.release(stopped, trained=False)
    assert prices.model == "prices"
    stage.acquire(prices)
    (anew,) = stage.release(prices)
    assert anew.training_id == "again3-first"


def test_a_request_that_comes_too_soon_gives_its_slot_to_the_next() -> None:
    stage = Stage()
    stage.acquire(request("churn"))
    stage.acquire(request("churn", "too-soon", 2).model_copy(update={"cooldown_days": 7}))
    stage.acquire(request("prices"))
    (too_soon,) = stage.release(request("churn"))
    assert stage.acquire(too_soon).outcome is LockOutcome.COOLING
    (prices,) = stage.release(too_soon, trained=False)
    assert prices.model == "prices"
    assert stage.state("churn").waiting is None


def test_a_challenger_that_waits_for_a_person_needs_no_slot_but_keeps_its_lock() -> None:
    stage, waits = Stage(), request("nba_games")
    stage.acquire(waits)
    stage.acquire(request("nba_games", "newer", 2))
    stage.acquire(request("churn"))
    # The request of the model that waited longer cannot start before the person has answered.
    (churn,) = stage.release(waits, keeps_lock=True)
    assert churn.model == "churn"
    stage.lock("nba_games").renew("first", now=NOW, wait=timedelta(hours=48))
    assert stage.acquire(churn).outcome is LockOutcome.ACQUIRED
    assert stage.release(churn) == ()
    stage.now += timedelta(hours=40)
    stage.lock("nba_games").renew("first", now=stage.now)
    (newer,) = stage.release(waits)
    assert newer.training_id == "again-newer"


def test_more_slots_are_filled_at_once_when_the_setting_grows() -> None:
    stage = Stage()
    for model in MODELS:
        stage.acquire(request(model))
    stage.at_once = 3
    assert [each.model for each in stage.release(request("churn"))] == ["nba_games", "prices"]


def test_the_slot_of_a_dead_training_ends_with_its_lease_and_that_of_a_live_one_is_renewed() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    stage.now += LEASE / 2
    stage.lock("nba_games").renew("first", now=stage.now)
    stage.now += LEASE / 2
    assert stage.acquire(request("churn")).outcome is LockOutcome.REMEMBERED
    stage.now += LEASE / 2
    assert stage.acquire(request("churn")).outcome is LockOutcome.ACQUIRED
    # The former holder still has its model's lock, and may end what it does; the slot is no longer its own.
    stage.lock("nba_games").renew("first", now=stage.now)
    assert [each.model for each in stage.slots.running] == ["churn"]


def test_the_end_of_one_training_starts_what_waits_for_the_slots_of_dead_ones_too() -> None:
    stage = Stage(at_once=2)
    stage.acquire(request("churn", "dies"))
    stage.now += LEASE / 2
    stage.acquire(request("nba_games"))
    stage.acquire(request("prices"))
    stage.acquire(request("churn", "newer", 2))
    stage.now += LEASE / 2
    assert [each.model for each in stage.release(request("nba_games"))] == ["prices", "churn"]


def test_a_lock_that_was_damaged_by_hand_keeps_no_other_model_waiting() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    stage.acquire(request("churn"))
    stage.acquire(request("prices"))
    key = ledger_keys.retraining_lock("churn")
    assert stage.ledger.put(LedgerWrite(key, "{", 1))
    assert [each.model for each in stage.release(request("nba_games"))] == ["prices"]


def test_a_request_remembered_before_there_were_slots_joins_those_that_wait() -> None:
    stage = Stage()
    old = RetrainingLockState(holder="old", waiting=request("churn"), lease_until=NOW + LEASE)
    assert stage.ledger.put(LedgerWrite(ledger_keys.retraining_lock("churn"), old.model_dump_json(), 0))
    (churn,) = stage.release(request("churn", "old"))
    assert churn.training_id == "again-first"


def test_each_start_is_tried_although_one_fails() -> None:
    tried = []

    class Refusing(RecordedRetraining):
        def start(self, request: RetrainingRequest) -> str:
            tried.append(request.model)
            raise ConnectionError(request.model)

    stage = Stage()
    for model in MODELS:
        stage.acquire(request(model))
    stage.at_once = 3
    done = UnlockRequest(request=request("churn"), trained=True, machine="arn:machine")
    with pytest.raises(ConnectionError):
        unlock(done, lock=stage.lock("churn"), retraining=Refusing(), now=NOW)
    assert tried == ["nba_games", "prices"]
    # Their slots are kept for them, so the same unlock starts them when it is repeated.
    repeated = unlock(done, lock=stage.lock("churn"), retraining=RecordedRetraining(), now=NOW)
    assert [each.model for each in repeated.waiting] == tried


@dataclass
class Running(Stage):
    """A stage in which executions begin, hold slots, end, are stopped, or die without a word."""

    begun: list[RetrainingRequest] = field(default_factory=list)
    holding: list[tuple[RetrainingRequest, datetime, bool]] = field(default_factory=list)
    ending: list[RetrainingRequest] = field(default_factory=list)
    names: set[tuple[str, str]] = field(default_factory=set)
    remembered: dict[str, int] = field(default_factory=dict)

    def start(self, asked: RetrainingRequest) -> None:
        """Begin an execution; a name is used only once, as those of Step Functions are."""
        if (asked.model, asked.training_id) not in self.names:
            self.names.add((asked.model, asked.training_id))
            self.begun.append(asked)

    def take(self, which: int) -> None:
        if not self.begun:
            return
        asked, until = self.begun.pop(which % len(self.begun)), self.now + LEASE
        if self.acquire(asked).outcome is not LockOutcome.ACQUIRED:
            self.remembered[asked.model] = max(self.remembered.get(asked.model, 0), asked.as_of.day)
            self.ending.append(asked)
            return
        if self.remembered.get(asked.model, 0) <= asked.as_of.day:
            self.remembered.pop(asked.model, None)
        self.holding.append((asked, until, True))

    def step(self, which: int, *, waits: bool = False) -> None:
        """Let a holder take its next step, or wait for a person, which needs no slot."""
        if not self.holding:
            return
        (asked, _, slot), until = self.holding.pop(which % len(self.holding)), self.now + LEASE
        try:
            self.lock(asked.model).renew(asked.training_id, now=self.now)
        except LeaseLost:
            self.ending.append(asked)
            return
        found = {(each.model, each.training_id) for each in self.slots.running}
        if waits and slot:
            for each in self.release(asked, keeps_lock=True):
                self.start(each)
        self.holding.append((asked, until, not waits and (asked.model, asked.training_id) in found))

    def finish(self, which: int) -> None:
        if self.holding:
            self.ending.append(self.holding.pop(which % len(self.holding))[0])

    def end(self, which: int, *, dies: bool = False, twice: bool = False) -> None:
        """Give back and start what waited; one that dies gives back and starts nothing."""
        if not self.ending:
            return
        ended = self.ending.pop(which % len(self.ending))
        alone = self.ledger.meanwhile is None
        released = self.release(ended, trained=False)
        if twice:
            again = self.release(ended, trained=False)
            assert again == released or not alone
        if not dies:
            for each in released:
                self.start(each)

    def stop(self, which: int) -> None:
        """Stop an execution that has begun; the rule on its end gives back what it held."""
        if self.begun:
            self.ending.append(self.begun.pop(which % len(self.begun)))

    def kill(self, which: int) -> None:
        """Let an execution vanish, wherever it is, without anybody noticing."""
        for part in (self.begun, self.holding, self.ending):
            if part and which % 3 == 0:
                part.pop(which % len(part))
                return
            which //= 3

    def happen(self, what: str, which: int, day: int) -> None:
        if what == "ask":
            self.start(request(MODELS[which % len(MODELS)], f"{day}-{len(self.names)}", day))
        elif what == "wait":
            self.now += timedelta(minutes=4 * day)
        else:
            HAPPENINGS[what](self, which)

    def check(self) -> None:
        live = [each for each in self.slots.running if each.lease_until > self.now]
        assert len(live) <= self.at_once
        assert len({each.model for each in live}) == len(live)
        assert sum(slot and until > self.now for _, until, slot in self.holding) <= self.at_once
        for model, day in self.remembered.items():
            waiting = self.state(model).waiting
            assert waiting is not None
            assert waiting.as_of.day >= day
        assert set(self.slots.waiting) == {model for model in MODELS if self.state(model).waiting is not None}

    def drain(self) -> None:
        """Let what still lives end, all leases run out, and one more training come; then nothing may wait."""
        self.now += timedelta(days=2)
        self.holding, self.begun, self.ending = [], [], []
        self.start(request("churn", "the-last", 28))
        for _ in range(4 * len(MODELS)):
            self.take(0)
            self.finish(0)
            self.end(0)
            self.check()
        assert (self.begun, self.holding, self.ending) == ([], [], [])
        assert self.slots.waiting == ()
        assert self.remembered == {}


HAPPENINGS: dict[str, Callable[[Running, int], None]] = {
    "take": Running.take,
    "step": Running.step,
    "wait for a person": partial(Running.step, waits=True),
    "finish": Running.finish,
    "end": Running.end,
    "end twice": partial(Running.end, twice=True),
    "die in unlock": partial(Running.end, dies=True),
    "stop": Running.stop,
    "kill": Running.kill,
}
OFTEN = ("ask", "take", "take", "finish", "end")
HAPPENING = st.tuples(st.sampled_from([*OFTEN, *HAPPENINGS, "ask", "wait"]), st.integers(0, 8), st.integers(1, 28))


@given(
    st.integers(1, 3),
    st.lists(st.tuples(HAPPENING, st.none() | HAPPENING), min_size=30, max_size=90),
)
def test_whatever_happens_when_there_are_never_too_many_and_nothing_that_waits_is_lost(
    at_once: int, happenings: list[tuple[tuple[str, int, int], tuple[str, int, int] | None]]
) -> None:
    """Anything else may happen between any transaction's reads and its writes."""
    stage = Running(at_once)
    for what, meanwhile in happenings:
        if meanwhile is not None:
            stage.ledger.meanwhile = lambda happening=meanwhile: stage.happen(*happening)
        stage.happen(*what)
        stage.ledger.meanwhile = None
        stage.check()
    stage.drain()
