"""Functions of a deployed stage that a person runs now."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import (
    ArrivalsRequest,
    ArrivalsResponse,
    DriftCheckRequest,
    DriftCheckResponse,
    Payload,
)
from courtside.contracts.rounds import PublishRequest, PublishResponse
from courtside.contracts.scoring import PerformanceRequest, PerformanceResponse, PredictRequest, PredictResponse

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# The slowest functions are cut off after 540 seconds; if the client tried again, it would only wait for the first try.
_PATIENT = Config(read_timeout=560, retries={"total_max_attempts": 1})


class CheckFailed(CourtsideError):
    """The drift check function ended with an error."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(f"the drift check failed with {kind}: {message}")


class RoundFailed(CourtsideError):
    """The function that takes in what arrived ended with an error."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(f"the round of arrivals failed with {kind}: {message}")


class PredictionFailed(CourtsideError):
    """The function that predicts ended with an error."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(f"nothing more was predicted ({kind}): {message}")


class JudgementFailed(CourtsideError):
    """The function that judges a model ended with an error."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(f"the model could not be judged ({kind}): {message}")


def check_now(function: str, request: DriftCheckRequest, *, client: "LambdaClient | None" = None) -> DriftCheckResponse:
    """Invoke the drift check function and return what it found; raises `CheckFailed`."""
    return DriftCheckResponse.model_validate(_answer(function, request, failed=CheckFailed, client=client))


def receive_now(function: str, request: ArrivalsRequest, *, client: "LambdaClient | None" = None) -> ArrivalsResponse:
    """Invoke the function that takes in what arrived and return what it did; raises `RoundFailed`."""
    return ArrivalsResponse.model_validate(_answer(function, request, failed=RoundFailed, client=client))


def predict_now(function: str, request: PredictRequest, *, client: "LambdaClient | None" = None) -> PredictResponse:
    """Invoke the function that predicts and return what it did; raises `PredictionFailed`."""
    return PredictResponse.model_validate(_answer(function, request, failed=PredictionFailed, client=client))


def judge_now(
    function: str, request: PerformanceRequest, *, client: "LambdaClient | None" = None
) -> PerformanceResponse:
    """Invoke the function that judges a model and return what it stated; raises `JudgementFailed`."""
    return PerformanceResponse.model_validate(_answer(function, request, failed=JudgementFailed, client=client))


def publish_now(function: str, request: PublishRequest, *, client: "LambdaClient | None" = None) -> PublishResponse:
    """Invoke the function that builds pages and return what it wrote; raises `RoundFailed`."""
    return PublishResponse.model_validate(_answer(function, request, failed=RoundFailed, client=client))


def _answer(
    function: str, request: Payload, *, failed: Callable[[str, str], CourtsideError], client: "LambdaClient | None"
) -> object:
    client = client or boto3.client("lambda", config=_PATIENT)
    answer = client.invoke(FunctionName=function, Payload=request.model_dump_json().encode())
    payload: dict[str, object] = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise failed(str(payload.get("errorType")), str(payload.get("errorMessage")))
    return payload
