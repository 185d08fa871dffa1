"""Seal a challenger."""

from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.events import SealRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Copy the challenger of the training that the event names to where no training can write."""
    response = functions.seal(SealRequest.model_validate(event))
    return answer("challenger sealed", response)
