"""The executions of the retraining machine: one per training."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from courtside.adapters import aws_clients
from courtside.contracts.events import RetrainingRequest
from courtside.contracts.execution_names import execution_name
from courtside.core.runs import Execution

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import ExecutionListItemTypeDef

_AT_ONCE = 8
_PAGE = 100
# Only a few steps follow the state that announces how it ends: far fewer events than this.
_LAST_EVENTS = 60
_ANSWERED = "IsApproved"
"""The state that goes on with a person's answer."""


class StepFunctionsExecutions:
    """One state machine's executions, as Step Functions describes them: those of one model, or of all."""

    def __init__(self, state_machine_arn: str, model: str | None = None) -> None:
        self._machine = state_machine_arn
        self._model = model

    def recent(self, limit: int) -> list[Execution]:
        """Return the newest executions, newest first."""
        found = list(islice(filter(self._is_own, self._listed(limit)), limit))
        arns = [each["executionArn"] for each in sorted(found, key=lambda each: each["startDate"], reverse=True)]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(self._told, arns))

    def of(self, training_id: str) -> Execution | None:
        """Return the execution of a training, or None if there was none in the last 90 days.

        Without a model it is called by its own name, which alerts give.
        """
        name = training_id if self._model is None else execution_name(self._model, training_id)
        arn = f"{self._machine.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            return self._told(arn)
        except (self._states.exceptions.ExecutionDoesNotExist, self._states.exceptions.InvalidArn):
            return None

    def _listed(self, limit: int) -> Iterator["ExecutionListItemTypeDef"]:
        pages = self._states.get_paginator("list_executions").paginate(
            stateMachineArn=self._machine, PaginationConfig={"PageSize": limit if self._model is None else _PAGE}
        )
        return (each for page in pages for each in page["executions"])

    def _is_own(self, each: "ExecutionListItemTypeDef") -> bool:
        return self._model is None or each["name"].startswith(execution_name(self._model, ""))

    @cached_property
    def _states(self) -> "SFNClient":
        return aws_clients.client("stepfunctions")

    def _told(self, arn: str) -> Execution:
        told = self._states.describe_execution(executionArn=arn)
        entered = self._entered(arn)
        announced, given = next((each for each in entered if each[0].startswith("Announce")), ("", {}))
        return Execution(
            name=told["name"],
            status=told["status"],
            started_at=told["startDate"],
            ended_at=told.get("stopDate"),
            request=_request(told.get("input", "")),
            step=entered[0][0] if entered else "",
            announced=announced,
            given=given,
            answered=next((given for name, given in entered if name == _ANSWERED), {}),
            error=told.get("error", ""),
            cause=told.get("cause", ""),
        )

    def _entered(self, arn: str) -> list[tuple[str, Mapping[str, Any]]]:
        """Return the states that were entered last, with their inputs, the last one first."""
        events = self._states.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=_LAST_EVENTS)
        details = (event.get("stateEnteredEventDetails") for event in events["events"])
        return [(each["name"], _object(each.get("input", ""))) for each in details if each is not None]


def _request(text: str) -> RetrainingRequest | None:
    try:
        return RetrainingRequest.model_validate_json(text)
    except ValidationError:  # started by hand with another input
        return None


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
