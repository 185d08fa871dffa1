"""Give the retraining lock back."""

from typing import Any

from courtside import bootstrap
from courtside.contracts.events import UnlockRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Give the lock back and say which request waited for it."""
    request = UnlockRequest.model_validate(event)
    response = bootstrap.retraining_lock(request.request.model).release(request)
    return answer("lock given back", response)
