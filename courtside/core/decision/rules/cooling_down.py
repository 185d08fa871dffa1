"""Drift soon after a training starts no other one."""

from courtside.core.decision.brakes import cooling
from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import NO_RETRAINING, found


def _applies(case: Case) -> Decision | None:
    brake = cooling(case.situation, case.policy)
    if not case.situation.drift.features_drifted or brake is None:
        return None
    reason = f"{found(case.situation)}, but {brake.why}{NO_RETRAINING}"
    return Decision(Action.ALERT, RULE.name, reason, numbers=brake.numbers)


RULE = Rule("cooling_down", order=570, applies=_applies)
