"""The gate."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from courtside import bootstrap
from courtside.contracts.events import GateRequest

logger = Logger(service="gate")


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Judge the challenger of the training the event names."""
    response = bootstrap.gate()(GateRequest.model_validate(event))
    logger.info("challenger judged", extra=response.model_dump(mode="json", exclude={"message"}))
    return response.model_dump(mode="json")
