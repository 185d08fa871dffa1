"""Drift outside the contract's season is watched where the contract says so."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import WATCHING, found


def _applies(case: Case) -> Decision | None:
    situation = case.situation
    if not situation.drift.features_drifted or situation.in_season or case.policy.off_season:
        return None
    reason = f"{found(situation)}, outside the season (`retrain.off_season`){WATCHING}"
    numbers = {"share": situation.drift.share, "retrain.share": case.policy.share}
    return Decision(Action.WATCH, RULE.name, reason, numbers=numbers)


RULE = Rule("off_season", order=560, applies=_applies)
