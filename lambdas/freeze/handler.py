"""Freeze a training's data."""

from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.events import RetrainingRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Record which data the training that the event asks for uses."""
    response = functions.freeze_data(RetrainingRequest.model_validate(event))
    return answer("data frozen", response)
