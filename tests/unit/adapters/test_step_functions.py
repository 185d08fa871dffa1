"""A training whose name is already taken counts as started only if the earlier request was the same."""

import pytest
from botocore.stub import Stubber

from courtside.adapters.step_functions import StepFunctionsApproval, StepFunctionsRetraining, TrainingIdTaken
from courtside.contracts.events import ApprovalAnswer, RetrainingRequest, Trigger
from tests.fakes.production import NOW

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:M"
ARN = "arn:aws:states:eu-central-1:123456789012:execution:M:nba_games.t"
REQUEST = RetrainingRequest(
    model="nba_games", training_id="t", as_of=NOW.date(), trigger=Trigger.MANUAL, reason="asked"
)


def taken(states: Stubber, request: RetrainingRequest) -> None:
    """Make the next start fail because the name is already taken."""
    asked = {"stateMachineArn": MACHINE, "name": "nba_games.t", "input": request.model_dump_json()}
    states.add_client_error("start_execution", "ExecutionAlreadyExists", expected_params=asked)


def known(states: Stubber, request: RetrainingRequest) -> None:
    """Make Step Functions answer that this request started the execution with that name."""
    told = {"executionArn": ARN, "stateMachineArn": MACHINE, "status": "RUNNING", "startDate": NOW,
            "input": request.model_dump_json()}  # fmt: skip
    states.add_response("describe_execution", told, {"executionArn": ARN})


def test_repeating_a_request_returns_the_execution_that_it_started(states: Stubber) -> None:
    taken(states, REQUEST)
    known(states, REQUEST)
    assert StepFunctionsRetraining(MACHINE).start(REQUEST) == ARN


@pytest.mark.parametrize(
    "change", [{"reason": "something else"}, {"trigger": Trigger.INITIAL}, {"as_of": NOW.date().replace(day=2)}]
)
def test_a_different_request_with_the_same_name_is_refused(states: Stubber, change: dict[str, object]) -> None:
    taken(states, REQUEST)
    known(states, REQUEST.model_copy(update=change))
    with pytest.raises(TrainingIdTaken, match="training t was started before with another request") as refused:
        StepFunctionsRetraining(MACHINE).start(REQUEST)
    assert (refused.value.training_id, refused.value.execution_arn) == ("t", ARN)


def test_a_function_never_describes_executions(states: Stubber) -> None:
    """The roles of a drift check and of unlock may not, and their ids are for one request each."""
    taken(states, REQUEST)
    assert StepFunctionsRetraining(MACHINE, compares=False).start(REQUEST) == ARN


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_an_approval_that_nothing_waits_for_returns_false(states: Stubber, code: str) -> None:
    states.add_client_error("send_task_success", code)
    assert not StepFunctionsApproval().answer("token", ApprovalAnswer(approved=True, by="arn:person"))
