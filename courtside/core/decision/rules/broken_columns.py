"""A broken column is repaired first: a model trained on it would be worse than the current one."""

from courtside.contracts.shortening import listed
from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule


def _applies(case: Case) -> Decision | None:
    broken = case.situation.drift.features_broken
    if not broken:
        return None
    reason = f"repair the data first, no retraining: {listed(broken)}"
    return Decision(Action.ALERT, RULE.name, reason, numbers={"features_broken": len(broken)})


RULE = Rule("broken_columns", order=120, applies=_applies)
