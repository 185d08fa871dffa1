"""A person says whether drift in one segment hurts the model."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import NO_RETRAINING, found


def _applies(case: Case) -> Decision | None:
    segments = case.situation.drift.segments_drifted
    if not segments or not case.situation.drift.sufficient:
        return None
    reason = f"{found(case.situation)}{NO_RETRAINING}"
    return Decision(Action.ALERT, RULE.name, reason, numbers={"segments_drifted": len(segments)})


RULE = Rule("segment_drift", order=610, applies=_applies)
