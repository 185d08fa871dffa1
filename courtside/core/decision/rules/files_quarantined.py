"""Files that could not be read are mended before anything follows from the others."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import moved


def _applies(case: Case) -> Decision | None:
    drift = case.situation.drift
    if not drift.files_quarantined:
        return None
    reason = f"{drift.files_quarantined} files could not be read: mend them first; by the others, {moved(drift)}"
    return Decision(Action.ALERT, RULE.name, reason, numbers={"files_quarantined": drift.files_quarantined})


RULE = Rule("files_quarantined", order=110, applies=_applies)
