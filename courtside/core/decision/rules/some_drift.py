"""People are told of drift in fewer features than a training needs."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import NO_RETRAINING, found


def _applies(case: Case) -> Decision | None:
    drift, least = case.situation.drift, case.policy.share
    if not drift.features_drifted or drift.share >= least:
        return None
    reason = f"{found(case.situation)}, under {least:.0%}{NO_RETRAINING}"
    return Decision(Action.ALERT, RULE.name, reason, numbers={"share": drift.share, "retrain.share": least})


RULE = Rule("some_drift", order=540, applies=_applies)
