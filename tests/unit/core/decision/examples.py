"""Situations by example: a champion of version 3, and what is known of it."""

from datetime import date, timedelta
from typing import Any

from courtside.contracts.events import Trigger
from courtside.contracts.records import (
    DriftFacts,
    DueFacts,
    HistoryFacts,
    PastCheck,
    PastTraining,
    PerformanceFacts,
    Situation,
)
from courtside.contracts.scoring import Opponent, PromiseTest
from courtside.core.decision import Action, Decision, DecisionPolicy
from tests.unit.core.decision.situations import AS_OF, promise_test

QUIET = DriftFacts(rows=900, features_checked=10)
THREE = DriftFacts(rows=900, features_checked=10, features_drifted=("a", "b", "c"), share=0.3, importance=0.5)
PLAIN = DecisionPolicy()
WORSE = promise_test(Opponent.PROMISE, "worse")
BEATEN = promise_test(Opponent.PREVIOUS, "worse")
OFF = promise_test(Opponent.RECALIBRATED, "not_known", calibration="broken", ranking="held")
RANKS_BADLY = promise_test(Opponent.RECALIBRATED, "not_known", calibration="broken", ranking="broke")
CHAMPION = HistoryFacts(champion_version="3", previous_version="2", champion_since=date(2026, 4, 1))
DUE = DueFacts(since=date(2026, 5, 30), data_until=date(2026, 3, 1), newer=True)


def situation(drift: DriftFacts = QUIET, *tests: PromiseTest, **facts: Any) -> Situation:
    history = CHAMPION.model_copy(update=facts.pop("history", {}))
    performance = PerformanceFacts(tests=tests)
    return Situation(model="churn", as_of=AS_OF, drift=drift, performance=performance, history=history, **facts)


def training(days_ago: int, trigger: Trigger = Trigger.DRIFT, *, recalibrated: bool = False) -> PastTraining:
    as_of = AS_OF - timedelta(days=days_ago)
    return PastTraining(training_id=f"t{days_ago}", as_of=as_of, trigger=trigger, recalibrated=recalibrated)


def check(days_ago: int, *moved: str, action: str = "watch") -> PastCheck:
    return PastCheck(day=AS_OF - timedelta(days=days_ago), moved=moved, action=action)


def said(decision: Decision) -> tuple[Action, str]:
    return decision.action, decision.rule
