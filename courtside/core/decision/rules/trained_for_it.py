"""Drift that trainings of the last month were started for starts no other one."""

from courtside.core.decision.brakes import trained_for_the_same
from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import NO_RETRAINING, found


def _applies(case: Case) -> Decision | None:
    brake = trained_for_the_same(case.situation)
    if not case.situation.drift.features_drifted or brake is None:
        return None
    reason = f"{found(case.situation)}, but {brake.why}{NO_RETRAINING}"
    return Decision(Action.ALERT, RULE.name, reason, numbers=brake.numbers)


RULE = Rule("trained_for_it", order=575, applies=_applies)
