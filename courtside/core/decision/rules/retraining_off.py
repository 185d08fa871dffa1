"""People are told of drift where the contract leaves trainings to them."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import LEFT_TO_PEOPLE, found


def _applies(case: Case) -> Decision | None:
    drift, policy = case.situation.drift, case.policy
    if not drift.features_drifted or policy.on_drift:
        return None
    reason = f"{found(case.situation)}, at least {policy.share:.0%}{LEFT_TO_PEOPLE}"
    return Decision(Action.ALERT, RULE.name, reason, numbers={"share": drift.share, "retrain.share": policy.share})


RULE = Rule("retraining_off", order=550, applies=_applies)
