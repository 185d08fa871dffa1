"""A champion whose probabilities broke while its ranking held is recalibrated, which is cheaper than a training."""

from courtside.contracts.events import Trigger
from courtside.core.decision import evidence
from courtside.core.decision.brakes import braked
from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule


def _applies(case: Case) -> Decision | None:
    situation, policy = case.situation, case.policy
    test = evidence.miscalibrated(situation)
    if (
        test is None
        or not situation.dated
        or not policy.recalibrate
        or evidence.waits(test, situation, recalibrated=True)
    ):
        return None
    if braked(situation, policy) is not None:
        return None
    since = evidence.since(test, situation)
    return Decision(
        Action.RECALIBRATE,
        RULE.name,
        f"the probabilities of version {test.version} have been off since {since}, but its ranking has held: "
        "recalibrating it",
        due=evidence.due(test, situation, recalibrated=True),
        trigger=Trigger.PERFORMANCE,
        numbers=evidence.compared(test),
    )


RULE = Rule("calibration_broke", order=220, applies=_applies)
