"""Drift in fewer rows than the contract wants is watched."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import WATCHING, found


def _applies(case: Case) -> Decision | None:
    drift, fewest = case.situation.drift, case.policy.fewest_rows
    if not drift.features_drifted or drift.rows >= fewest:
        return None
    reason = f"{found(case.situation)} in {drift.rows:,} rows, under {fewest:,} (`retrain.fewest_rows`){WATCHING}"
    return Decision(Action.WATCH, RULE.name, reason, numbers={"rows": drift.rows, "retrain.fewest_rows": fewest})


RULE = Rule("few_rows", order=520, applies=_applies)
