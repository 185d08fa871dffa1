"""Check for drift on a schedule."""

from datetime import UTC, datetime
from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.events import DriftCheckRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Check the window that the event names, or the days before its `as_of`."""
    request = DriftCheckRequest.model_validate(event)
    response = functions.drift_monitor(request.model).run(request, now=datetime.now(UTC))
    return answer("drift checked", response)
