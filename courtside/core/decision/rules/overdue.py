"""Data that nobody delivers is the matter where a check found no other one; people are told of it elsewhere."""

from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import found


def _applies(case: Case) -> Decision | None:
    since = case.situation.overdue_since
    if since is None:
        return None
    numbers = {"days_without_rows": (case.situation.as_of - since).days}
    return Decision(Action.STALE_DATA, RULE.name, found(case.situation), numbers=numbers)


RULE = Rule("overdue", order=820, applies=_applies)
