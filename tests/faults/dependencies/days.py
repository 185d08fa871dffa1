"""Days to come that nobody has predicted yet, so that a fault that keeps a day from being predicted is seen."""

import itertools
from datetime import date, timedelta

from courtside.contracts.names import StackOutput
from tests.faults.model import COMING, TO_COME, Model, load, rows
from tests.integration.stage.scoring import Scored

_NUMBERS = itertools.count(1)
_APART_DAYS = 3
"""A model predicts a day ahead, so that no day predicts another one's rows."""


def day_to_come(model: Model) -> date:
    """Load the rows of another day, and return it."""
    number = next(_NUMBERS)
    day = TO_COME + timedelta(_APART_DAYS * number)
    load(model.name, rows(first=10_000_000 + COMING * number, start=day, days=1, a_day=COMING, labelled=False))
    return day


def require_predicted(model: Model, day: date) -> None:
    """Require that each row of a day was predicted once, and by the function nothing is left to do."""
    assert Scored(model.stage, model.name).is_whole(day, COMING)
    body, error = model.invoked(StackOutput.PREDICT, event(model, day))
    assert (error, body.get("predicted"), body.get("unchanged")) == ("", 0, COMING), body


def event(model: Model, day: date) -> dict[str, str]:
    """Return the event by which a round has a day predicted."""
    return {"model": model.name, "as_of": f"{day}"}
