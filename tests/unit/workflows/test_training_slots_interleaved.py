"""Whatever happens to trainings, and whenever, no more of them run than may, and nothing that waits is lost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts.events import LockOutcome, RetrainingRequest
from courtside.workflows.retraining_lock import LeaseLost
from tests.unit.workflows.stage_trainings import LEASE, MODELS, Stage, request


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
