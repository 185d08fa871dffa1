"""Take the retraining lock."""

from datetime import UTC, datetime
from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.events import RetrainingRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Take the lock for the retraining that the event asks for, or remember the request."""
    request = RetrainingRequest.model_validate(event)
    response = functions.retraining_lock(request.model).acquire(request, now=datetime.now(UTC))
    return answer("lock asked for", response)
