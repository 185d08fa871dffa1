"""What moved no more than the reference itself asks for nothing."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import found


def _applies(case: Case) -> Decision | None:
    usual = case.situation.drift.usual
    return Decision(Action.NOTHING, RULE.name, found(case.situation), numbers={"usual": usual}) if usual else None


RULE = Rule("usual", order=940, applies=_applies)
