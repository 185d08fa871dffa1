"""A person says whether drift of the table as a whole hurts the model."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import NO_RETRAINING, found


def _applies(case: Case) -> Decision | None:
    table = case.situation.drift.table_drifted
    if not table or not case.situation.drift.sufficient:
        return None
    reason = f"{found(case.situation)}{NO_RETRAINING}"
    return Decision(Action.ALERT, RULE.name, reason, numbers={"table_drifted": len(table)})


RULE = Rule("table_drift", order=620, applies=_applies)
