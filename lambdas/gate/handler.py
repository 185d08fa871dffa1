"""The gate."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from courtside.adapters.s3_lake import S3Lake
from courtside.contracts.environment import GateEnv
from courtside.contracts.events import GateRequest
from courtside.core.gate.verdict import GatePolicy
from courtside.workflows.gate import gate

logger = Logger(service="gate")


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Judge the challenger of the training the event names."""
    lake = S3Lake(GateEnv.read().lake_bucket)
    response = gate(GateRequest.model_validate(event), lake=lake, policy=GatePolicy())
    logger.info("challenger judged", extra=response.model_dump(mode="json", exclude={"message"}))
    return response.model_dump(mode="json")
