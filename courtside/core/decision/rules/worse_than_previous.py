"""A champion that is worse than the previous version on the same rows goes back to it."""

from courtside.core.decision import evidence
from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision_policy import RollBack


def _applies(case: Case) -> Decision | None:
    test = evidence.beaten_by_previous(case.situation)
    if test is None or case.policy.roll_back is RollBack.NEVER:
        return None
    since, previous = evidence.since(test, case.situation), test.opponent_version
    said = f"version {test.version} has been worse than version {previous}, the one before it, since {since}"
    if case.policy.roll_back is RollBack.ASK:
        reason = f"{said}: a person is asked whether to roll back (`retrain.roll_back`)"
        return Decision(Action.ALERT, RULE.name, reason, version=previous, numbers=evidence.compared(test))
    if tried := evidence.rolled_back_on(test, case.situation):
        reason = f"{said}, but a roll-back to it was started on {tried} already: a person must look"
        return Decision(Action.ALERT, RULE.name, reason, version=previous, numbers=evidence.compared(test))
    reason = f"{said}: rolling back"
    return Decision(Action.ROLL_BACK, RULE.name, reason, version=previous, numbers=evidence.compared(test))


RULE = Rule("worse_than_previous", order=210, applies=_applies)
