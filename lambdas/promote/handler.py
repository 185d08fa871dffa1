"""Promote a challenger."""

from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.events import PromoteRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Make the challenger of the training that the event names champion."""
    response = functions.promote(PromoteRequest.model_validate(event))
    return answer("champion promoted", response)
