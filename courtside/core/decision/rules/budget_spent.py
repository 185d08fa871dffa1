"""Drift starts no more trainings in a month than the contract allows."""

from courtside.core.decision.brakes import spent
from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import NO_RETRAINING, found


def _applies(case: Case) -> Decision | None:
    brake = spent(case.situation, case.policy)
    if not case.situation.drift.features_drifted or brake is None:
        return None
    reason = f"{found(case.situation)}, but {brake.why}{NO_RETRAINING}"
    return Decision(Action.ALERT, RULE.name, reason, numbers=brake.numbers)


RULE = Rule("budget_spent", order=580, applies=_applies)
