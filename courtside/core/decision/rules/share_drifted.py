"""Enough drift starts a training, if no rule before this one holds it back."""

from courtside.contracts.events import Trigger
from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import found


def _applies(case: Case) -> Decision | None:
    drift, least = case.situation.drift, case.policy.share
    if not drift.features_drifted:
        return None
    reason = f"{found(case.situation)}, at least {least:.0%}: retraining"
    numbers = {"share": drift.share, "retrain.share": least}
    return Decision(Action.RETRAIN, RULE.name, reason, trigger=Trigger.DRIFT, numbers=numbers)


RULE = Rule("share_drifted", order=590, applies=_applies)
