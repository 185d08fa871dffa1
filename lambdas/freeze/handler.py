"""Freeze a training's data."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from courtside import bootstrap
from courtside.contracts.events import RetrainingRequest

logger = Logger(service="freeze")


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Write down which data the training the event asks for is made from."""
    response = bootstrap.freezing()(RetrainingRequest.model_validate(event))
    logger.info("data frozen", extra=response.model_dump(mode="json"))
    return response.model_dump(mode="json")
