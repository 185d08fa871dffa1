"""Predict what comes, as a step of a round or because a person asks."""

from datetime import UTC, datetime
from typing import Any

from courtside.bootstrap import scoring
from courtside.contracts.scoring import PredictRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Predict the rows of a model as of the day that the event names."""
    request = PredictRequest.model_validate(event)
    return answer("predicted", scoring.predict(request, now=datetime.now(UTC)))
