"""Ask a person for approval."""

from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.events import ApprovalRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Ask whether the challenger of the training that the event names may become champion."""
    response = functions.ask_for_approval(ApprovalRequest.model_validate(event))
    return answer("approval asked for", response, secret=frozenset({"token"}))
