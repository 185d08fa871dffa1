"""Judge a challenger."""

from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.events import GateRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Judge the challenger of the training that the event names."""
    response = functions.judge(GateRequest.model_validate(event))
    return answer("challenger judged", response)
