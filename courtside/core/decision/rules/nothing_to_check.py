"""Where there was nothing to check, the rule is what the check said of it."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import found


def _applies(case: Case) -> Decision | None:
    unchecked = case.situation.drift.unchecked
    return Decision(Action.NOTHING_TO_CHECK, unchecked, found(case.situation)) if unchecked else None


RULE = Rule("nothing_to_check", order=910, applies=_applies)
