"""Ask a person."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from courtside import bootstrap
from courtside.contracts.events import ApprovalRequest

logger = Logger(service="request_approval")


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Ask whether the challenger of the training the event names may become champion."""
    response = bootstrap.asking_for_approval()(ApprovalRequest.model_validate(event))
    logger.info("approval asked for", extra=response.model_dump(mode="json", exclude={"token"}))
    return response.model_dump(mode="json", exclude={"token"})
