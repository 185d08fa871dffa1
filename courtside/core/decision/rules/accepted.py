"""What moved as a person accepted asks for nothing."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import found


def _applies(case: Case) -> Decision | None:
    accepted = case.situation.drift.accepted
    if not accepted:
        return None
    return Decision(Action.NOTHING, RULE.name, found(case.situation), numbers={"features_accepted": len(accepted)})


RULE = Rule("accepted", order=930, applies=_applies)
