"""The promotion."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from courtside import bootstrap
from courtside.contracts.events import PromoteRequest

logger = Logger(service="promote")


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Make the challenger of the training the event names champion."""
    response = bootstrap.promotion()(PromoteRequest.model_validate(event))
    logger.info("champion promoted", extra=response.model_dump(mode="json", exclude={"message"}))
    return response.model_dump(mode="json")
