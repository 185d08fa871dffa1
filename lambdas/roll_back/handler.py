"""Undo a promotion."""

from typing import Any

from courtside import bootstrap
from courtside.contracts.events import RollBackRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Give the champion's place back to whom the training the event names took it from."""
    response = bootstrap.undoing_promotion()(RollBackRequest.model_validate(event))
    return answer("promotion undone", response)
