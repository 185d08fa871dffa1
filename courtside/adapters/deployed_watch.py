"""Rounds of a deployed stage that a person asks for."""

import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from courtside.adapters import aws_clients
from courtside.contracts.errors import CourtsideError
from courtside.contracts.rounds import FindDueResponse, WatchRequest

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_POLL_SECONDS = 1.0


class WatchFailed(CourtsideError):
    """A round failed as a whole."""

    def __init__(self, execution_arn: str, status: str, detail: str) -> None:
        self.execution_arn = execution_arn
        self.status = status
        self.detail = detail
        super().__init__(
            f"the round ended as {status} ({detail}): which models are due could not be found out, or what was done "
            f"with them could not be kept. Its execution is {execution_arn}; see docs/runbooks.md#round-failed"
        )


class StepFunctionsWatch:
    """Runs rounds of one stage's state machine; `sleep` waits between two looks at one."""

    def __init__(self, state_machine_arn: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.state_machine_arn = state_machine_arn
        self._sleep = sleep

    @cached_property
    def _states(self) -> "SFNClient":
        return aws_clients.client("stepfunctions")

    def run(self, name: str, request: WatchRequest) -> FindDueResponse:
        """Run a round of this name to its end and return what it counted first; raises `WatchFailed`."""
        arn = self._states.start_execution(
            stateMachineArn=self.state_machine_arn, name=name, input=request.model_dump_json()
        )["executionArn"]
        while (found := self._states.describe_execution(executionArn=arn))["status"] == "RUNNING":
            self._sleep(_POLL_SECONDS)
        if found["status"] != "SUCCEEDED":
            detail = f"{found.get('error', 'no error')}: {found.get('cause', 'no cause')}"
            raise WatchFailed(arn, found["status"], detail)
        return FindDueResponse.model_validate_json(found["output"])
