"""Features that the model hardly uses are watched when they move."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import WATCHING, found


def _applies(case: Case) -> Decision | None:
    drift, least = case.situation.drift, case.policy.importance
    if not drift.features_drifted or drift.importance is None or drift.importance >= least:
        return None
    carried = f"which carry {drift.importance:.1%} of the model's importance"
    reason = f"{found(case.situation)}, {carried}, under {least:.1%} (`retrain.importance`){WATCHING}"
    numbers = {"importance": drift.importance, "retrain.importance": least}
    return Decision(Action.WATCH, RULE.name, reason, numbers=numbers)


RULE = Rule("unimportant", order=530, applies=_applies)
