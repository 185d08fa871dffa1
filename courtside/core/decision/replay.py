"""What another policy would have decided, one logged decision after the other, with a history of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from courtside.contracts.events import Trigger
from courtside.contracts.records import DecisionRecord
from courtside.contracts.records.situations import DueFacts, PastTraining, Situation
from courtside.core.decision.decide import decide
from courtside.core.decision.decision import ACTS, Action, Decision
from courtside.core.decision_policy import DecisionPolicy
from courtside.core.rhythm import training_due

BY_ITSELF = frozenset({Trigger.DRIFT, Trigger.PERFORMANCE, Trigger.SCHEDULE})
"""What starts a training that another policy might not have started."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A logged decision, and the one that the other policy makes in its place.

    With `parted` the two policies have done different things by then: another training, or none, would have changed
    the champion, and with it what later checks found, which nobody can know. They are taken as they were.
    """

    record: DecisionRecord
    now: Decision
    parted: bool

    @property
    def changed(self) -> bool:
        """Whether the other policy acts in another way."""
        return self.now.action != self.record.action


def replay(records: Iterable[DecisionRecord], policy: DecisionPolicy) -> Iterator[Replayed]:
    """Decide again what was logged, oldest first; records without a situation are skipped.

    Until the policies part, each decision is made from the history that it was made from. From then on the trainings
    that the other policy started count for its cool-down and budget, in place of those that started by themselves, and
    each is taken to have made a champion.
    """
    past = _Past(policy)
    for record in records:
        if record.situation is None:
            continue
        situation = past.seen_by(record, record.situation)
        now, parted = decide(situation, policy), past.parted is not None
        yield Replayed(record, now, parted)
        past = past.after(record, now, situation)


@dataclass(frozen=True, slots=True)
class _Past:
    """The other policy's past: since when it differs from the real one, and the trainings that it started since."""

    policy: DecisionPolicy
    parted: date | None = None
    own: tuple[PastTraining, ...] = ()

    def seen_by(self, record: DecisionRecord, situation: Situation) -> Situation:
        """Return what is known at a decision, with this past in place of the real one."""
        facts: dict[str, Any] = {}
        if self.parted is not None:
            kept = [each for each in situation.history.trainings if self._happened(each, self.parted)]
            trainings = tuple(sorted([*kept, *self.own], key=lambda each: each.as_of))
            facts["history"] = situation.history.model_copy(update={"trainings": trainings})
        if self.own or record.policy.get("every") != self.policy.as_dict()["every"]:
            facts["due"] = self._due(situation)
        return situation.model_copy(update=facts)

    @staticmethod
    def _happened(training: PastTraining, parted: date) -> bool:
        return training.as_of < parted or training.trigger not in BY_ITSELF

    def _due(self, situation: Situation) -> DueFacts | None:
        """Return the training that this policy's schedule asks for, as far as the age of the champion's data is known.

        Where nobody knows the newest row, a check that looked at rows says that there are newer ones.
        """
        until = self.own[-1].as_of if self.own else situation.history.data_until
        if until is None and situation.due is not None:
            until = situation.due.data_until
        if until is None or (since := training_due(until, every=self.policy.every, today=situation.as_of)) is None:
            return None
        newer = situation.newest >= until if situation.newest is not None else situation.drift.rows > 0
        return DueFacts(since=since, data_until=until, newer=newer)

    def after(self, record: DecisionRecord, now: Decision, situation: Situation) -> "_Past":
        """Return the past after a decision."""
        parted = self.parted
        if parted is None:
            if now.action == record.action or not ({now.action, record.action} & ACTS):
                return self
            parted = situation.as_of
        if now.action not in {Action.RETRAIN, Action.RECALIBRATE} or now.trigger is None:
            return replace(self, parted=parted)
        training = PastTraining(
            training_id=f"replayed-{record.check_id}",
            as_of=situation.as_of,
            trigger=now.trigger,
            recalibrated=now.action is Action.RECALIBRATE,
            moved=situation.drift.moved,
        )
        return replace(self, parted=parted, own=(*self.own, training))
