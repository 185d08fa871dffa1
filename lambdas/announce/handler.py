"""Tell people how a retraining ended."""

from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.retraining_ends import AnnounceRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Tell people of the end that the event describes, once."""
    request = AnnounceRequest.model_validate(event)
    return answer("end announced", functions.announce(request))
