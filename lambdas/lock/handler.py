"""Take the retraining lock."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from courtside import bootstrap
from courtside.contracts.events import RetrainingRequest

logger = Logger(service="lock")


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Take the lock for the retraining the event asks for, or remember the request."""
    response = bootstrap.lock().acquire(RetrainingRequest.model_validate(event), now=datetime.now(UTC))
    logger.info("lock asked for", extra=response.model_dump(mode="json", exclude={"message"}))
    return response.model_dump(mode="json")
