"""A training that the contract's `retrain.every` asks for; drift that starts one goes first."""

from datetime import date

from courtside.contracts.events import Trigger
from courtside.contracts.execution_names import training_by_schedule
from courtside.contracts.records.situations import Situation
from courtside.core.decision.brakes import cooling
from courtside.core.decision.decision import ACTS, Action, Decision
from courtside.core.decision.rule import Case, Rule
from courtside.core.decision.wording import without_consequence


def _applies(case: Case) -> Decision | None:
    situation, due = case.situation, case.situation.due
    if due is None or not due.newer or situation.named:
        return None
    if cooling(_without_own(situation, due.since), case.policy) is not None:
        return None
    otherwise = case.otherwise(due=None)
    if otherwise.action in ACTS:
        return None
    reason = (
        f"{without_consequence(otherwise.reason)}; a training is due by schedule since {due.since}, because the "
        f"champion's data ends before {due.data_until}: retraining"
    )
    numbers = {"days_since_data": (situation.as_of - due.data_until).days}
    return Decision(
        Action.RETRAIN,
        RULE.name,
        reason,
        due=due.since,
        quiet=otherwise.action is not Action.ALERT,
        trigger=Trigger.SCHEDULE,
        numbers=numbers,
    )


def _without_own(situation: Situation, since: date) -> Situation:
    """Return the situation without the training of this very day: to ask for that again starts nothing."""
    history = situation.history
    own = training_by_schedule(history.champion_version, since)
    others = tuple(each for each in history.trainings if each.training_id != own)
    return situation.model_copy(update={"history": history.model_copy(update={"trainings": others})})


RULE = Rule("schedule", order=310, applies=_applies)
