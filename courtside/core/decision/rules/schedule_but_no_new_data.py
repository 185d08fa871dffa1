"""A training that is due does not start on the rows that the champion learnt from."""

from dataclasses import replace

from courtside.core.decision.decision import Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import NO_RETRAINING


def _applies(case: Case) -> Decision | None:
    due = case.situation.due
    if due is None or due.newer or case.situation.named:
        return None
    otherwise = case.otherwise(due=None)
    reason = (
        f"{otherwise.reason}; a training is due by schedule since {due.since}, but no row is newer than the "
        f"champion's data, which ends before {due.data_until}{NO_RETRAINING}"
    )
    return replace(otherwise, rule=RULE.name, reason=reason)


RULE = Rule("schedule_but_no_new_data", order=810, applies=_applies)
