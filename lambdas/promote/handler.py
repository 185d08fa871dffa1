"""The promotion."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.adapters.s3_lake import S3Lake
from courtside.contracts.environment import PromoteEnv
from courtside.contracts.events import PromoteRequest
from courtside.workflows.promote import promote

logger = Logger(service="promote")


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Make the challenger of the training the event names champion."""
    env = PromoteEnv.read()
    registry = MlflowRegistry(env.tracking_uri)
    response = promote(PromoteRequest.model_validate(event), lake=S3Lake(env.lake_bucket), registry=registry)
    logger.info("champion promoted", extra=response.model_dump(mode="json", exclude={"message"}))
    return response.model_dump(mode="json")
