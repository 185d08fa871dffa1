"""Give the retraining lock back."""

from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.events import UnlockRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Give lock and slot back, and start the requests that waited for them."""
    return answer("lock given back", functions.unlock(UnlockRequest.model_validate(event)))
