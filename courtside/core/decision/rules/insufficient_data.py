"""Too few rows ask for nothing."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import found


def _applies(case: Case) -> Decision | None:
    drift = case.situation.drift
    if drift.sufficient:
        return None
    return Decision(Action.NOTHING, RULE.name, found(case.situation), numbers={"rows": drift.rows})


RULE = Rule("insufficient_data", order=920, applies=_applies)
