"""Where nothing moved, nothing follows; this is the last rule, which always applies."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import found


def _applies(case: Case) -> Decision | None:
    numbers = {"features_drifted": 0, "features_checked": case.situation.drift.features_checked}
    return Decision(Action.NOTHING, RULE.name, found(case.situation), numbers=numbers)


RULE = Rule("no_drift", order=950, applies=_applies)
