"""Give the retraining lock back."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from courtside import bootstrap
from courtside.contracts.events import UnlockRequest

logger = Logger(service="unlock")


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Give the lock back and say which request waited for it."""
    response = bootstrap.lock().release(UnlockRequest.model_validate(event))
    logger.info("lock given back", extra=response.model_dump(mode="json"))
    return response.model_dump(mode="json")
