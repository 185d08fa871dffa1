"""What moved is watched until enough checks in a row have seen it."""

from courtside.core.decision.brakes import checks_in_a_row
from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import WATCHING, found


def _applies(case: Case) -> Decision | None:
    drift, wanted = case.situation.drift, case.policy.persistence
    if not drift.sufficient or not drift.moved or (seen := checks_in_a_row(case.situation)) >= wanted:
        return None
    reason = f"{found(case.situation)}, in {seen} of {wanted} checks in a row (`retrain.persistence`){WATCHING}"
    return Decision(Action.WATCH, RULE.name, reason, numbers={"checks_in_a_row": seen, "retrain.persistence": wanted})


RULE = Rule("first_seen", order=510, applies=_applies)
