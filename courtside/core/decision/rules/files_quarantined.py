"""Files that could not be read are mended before anything follows from the others."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import moved
from courtside.core.sentences import plural


def _applies(case: Case) -> Decision | None:
    drift = case.situation.drift
    if not drift.files_quarantined:
        return None
    reason = f"{_said(drift.files_quarantined)}; by the others, {moved(drift)}"
    return Decision(Action.ALERT, RULE.name, reason, numbers={"files_quarantined": drift.files_quarantined})


def _said(files: int) -> str:
    named, them = plural("file", range(files)), "it" if files == 1 else "them"
    return f"{files} {named} could not be read: mend {them} first"


RULE = Rule("files_quarantined", order=110, applies=_applies)
