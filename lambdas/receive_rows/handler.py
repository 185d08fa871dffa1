"""Load arrived files on a schedule."""

from datetime import UTC, datetime
from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.events import ArrivalsRequest
from courtside.telemetry import LambdaContext, answer, instrumented

_TIME_FOR_ONE_FILE_MS = 120_000


@instrumented
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Load every new file; files for which there is no time are left for the next round."""
    request = ArrivalsRequest.model_validate(event)
    response = functions.arrivals(request.model).round(
        now=datetime.now(UTC), enough=lambda: context.get_remaining_time_in_millis() < _TIME_FOR_ONE_FILE_MS
    )
    return answer("rows received", response)
