"""A champion that labels proved to be worse than it should be is trained again."""

from courtside.contracts.events import Trigger
from courtside.core.decision import evidence
from courtside.core.decision.brakes import braked
from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.performance_matter import matter
from courtside.core.decision.rule import Case, Rule


def _applies(case: Case) -> Decision | None:
    situation, policy = case.situation, case.policy
    test = evidence.below(situation)
    if test is None or not policy.on_performance or evidence.waits(test, situation, recalibrated=False):
        return None
    if braked(situation, policy) is not None:
        return None
    return Decision(
        Action.RETRAIN,
        RULE.name,
        f"{matter(test, situation)}: retraining",
        due=evidence.due(test, situation, recalibrated=False),
        trigger=Trigger.PERFORMANCE,
        numbers=evidence.compared(test),
    )


RULE = Rule("performance_worse", order=230, applies=_applies)
