"""Undo a promotion."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from courtside import bootstrap
from courtside.contracts.events import RollBackRequest

logger = Logger(service="roll_back")


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Give the champion's place back to whom the training the event names took it from."""
    response = bootstrap.undoing_promotion()(RollBackRequest.model_validate(event))
    logger.info("promotion undone", extra=response.model_dump(mode="json", exclude={"message"}))
    return response.model_dump(mode="json")
