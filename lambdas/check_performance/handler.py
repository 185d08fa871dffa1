"""Say how well a model does, as a step of a round or because a person asks."""

from datetime import UTC, datetime
from typing import Any

from courtside.bootstrap import scoring
from courtside.contracts.scoring import PerformanceRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Judge the windows whose labels are known as of the day that the event names."""
    request = PerformanceRequest.model_validate(event)
    return answer("performance checked", scoring.check_performance(request, now=datetime.now(UTC)))
