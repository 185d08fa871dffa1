"""Build the pages of one model, or the page of all models, at the end of a round."""

from datetime import UTC, datetime
from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.rounds import PublishRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Write the pages anew, and tell people once if that fails."""
    request = PublishRequest.model_validate(event)
    return answer("pages published", functions.publishing(request.model).run(request, now=datetime.now(UTC)))
