"""Roll a champion back."""

from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.retraining_ends import RollBackRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Find the version that the event wants back, or make it champion again."""
    response = functions.roll_back(RollBackRequest.model_validate(event))
    return answer("rollback answered", response)
