"""The drift check of a deployed stage, run now through its own function."""

import json
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import DriftCheckRequest, DriftCheckResponse

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# The function itself is cut off after 300 seconds; if the client tried again, it would only wait for the first try.
_PATIENT = Config(read_timeout=320, retries={"total_max_attempts": 1})


class CheckFailed(CourtsideError):
    """The drift check function ended with an error."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(f"the drift check failed with {kind}: {message}")


def check_now(function: str, request: DriftCheckRequest, *, client: "LambdaClient | None" = None) -> DriftCheckResponse:
    """Invoke the drift check function and return what it found; raises `CheckFailed`."""
    client = client or boto3.client("lambda", config=_PATIENT)
    answer = client.invoke(FunctionName=function, Payload=request.model_dump_json().encode())
    payload = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise CheckFailed(str(payload.get("errorType")), str(payload.get("errorMessage")))
    return DriftCheckResponse.model_validate(payload)
