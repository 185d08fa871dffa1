"""The MLflow server is away, slow or talks nonsense while a stage works."""

from datetime import date, timedelta

import pytest

from embedded_aws.faults.client import HOLD
from tests.faults.dependencies.answers import BAD_ANSWERS
from tests.faults.dependencies.days import day_to_come, require_predicted
from tests.faults.fault import fault
from tests.faults.model import COMING, Model
from tests.integration.stage.scoring import Scored

CHECKED = {answer: date(2025, 11, 10) + timedelta(number) for number, answer in enumerate(BAD_ANSWERS)}
SLOWLY, AFTERWARDS = date(2025, 11, 20), date(2025, 11, 21)
"""No other file of this kind, all of which share a model, checks the windows that end on these days."""


@fault(
    "The MLflow server answers {answer} while a drift check runs.",
    promise="The check decides all the same, and the same check again finds its decision and changes nothing.",
    quick=True,
)
@pytest.mark.parametrize("answer", [next(iter(BAD_ANSWERS))])
def test_a_check_goes_on_without_the_server(model: Model, answer: str) -> None:
    _checked(model, answer)


@fault(
    "The MLflow server answers {answer} to a drift check.",
    promise="The check decides all the same, and the same check again finds its decision and changes nothing.",
)
@pytest.mark.parametrize("answer", list(BAD_ANSWERS)[1:])
def test_a_check_goes_on_with_a_server_that_talks_nonsense(model: Model, answer: str) -> None:
    _checked(model, answer)


def _checked(model: Model, answer: str) -> None:
    window = model.day(CHECKED[answer])
    with model.faults.fault("tracking", BAD_ANSWERS[answer](service="tracking", caller="Check")):
        checked = model.loop.check_drift(window)
        assert model.faults.met("tracking") > 0
    assert (checked.duplicate, checked.tracking_run_id) == (False, None)
    again = model.loop.check_drift(window)
    assert (again.duplicate, again.check_id, again.decision) == (True, checked.check_id, checked.decision)


@fault(
    "The MLflow server never answers a drift check.",
    promise="The check gives up on it before its own time is over and has decided all the same, and once the server is "
    "back, the same process logs the next one.",
)
def test_a_check_does_not_wait_for_ever(model: Model) -> None:
    window = model.day(SLOWLY)
    with model.faults.fault("tracking", HOLD(service="tracking", caller="Check")):
        checked = model.loop.check_drift(window)
        assert model.faults.met("tracking") > 0
    assert (checked.duplicate, checked.tracking_run_id) == (False, None)
    assert model.loop.check_drift(model.day(AFTERWARDS)).tracking_run_id is not None


@fault(
    "The MLflow server is away while a day is predicted.",
    promise="All rows are predicted, because what predicts lies sealed in the lake.",
)
def test_predictions_need_no_server(model: Model) -> None:
    day = day_to_come(model)
    Scored(model.stage, model.name).kill(after=0)  # what is warm would not have to find its model
    with model.faults.fault("tracking", next(iter(BAD_ANSWERS.values()))(service="tracking")):
        answer = model.loop.predict(day)
    assert answer.predicted == COMING
    require_predicted(model, day)
