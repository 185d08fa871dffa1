"""Scheduled drift check."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from courtside import bootstrap
from courtside.contracts.events import DriftCheckRequest

logger = Logger(service="check_drift")


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Check the window the event names, or the days before its `as_of`."""
    response = bootstrap.drift_monitor().run(DriftCheckRequest.model_validate(event), now=datetime.now(UTC))
    logger.info("drift checked", extra=response.model_dump(mode="json"))
    return response.model_dump(mode="json")
