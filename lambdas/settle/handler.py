"""Settle what a round did with a model, as the last step of the model's round."""

from datetime import UTC, datetime
from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.rounds import SettleRequest
from courtside.telemetry import LambdaContext, answer, instrumented


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Keep the result, and tell people once if the model fails or works again."""
    request = SettleRequest.model_validate(event)
    response = functions.settling(request.model).run(request, now=datetime.now(UTC))
    return answer("round settled", response)
