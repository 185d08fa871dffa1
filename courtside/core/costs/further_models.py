"""What each model after a stage's first stores, asks for and logs; what it runs is counted where it runs."""

from collections.abc import Iterator

from courtside.core.costs.charges import Charge
from courtside.core.costs.usage import Usage

FURTHER_MODELS = "further models"
LOGS_KEPT_MONTHS = 1.0


def further_models(usage: Usage) -> Iterator[Charge]:
    """Yield the charges for the data of all models but the first, which that of the stage holds."""
    further = usage.models - 1
    if not further:
        return
    for service, price, each in (
        ("S3", "s3_gb_month", usage.model_gb),
        ("S3", "s3_write", usage.model_bucket_writes),
        ("S3", "s3_read", usage.model_bucket_reads),
        ("DynamoDB", "dynamodb_write", usage.model_table_writes),
        ("DynamoDB", "dynamodb_read", usage.model_table_reads),
        ("DynamoDB", "dynamodb_gb_month", usage.model_table_gb),
        ("DynamoDB", "dynamodb_recovery_gb_month", usage.model_table_gb),
        ("CloudWatch", "log_gb", usage.model_log_gb),
        ("CloudWatch", "log_gb_month", usage.model_log_gb * LOGS_KEPT_MONTHS),
        ("API Gateway", "http_api_request", usage.model_tracking_requests),
        ("SNS", "sns_email", usage.model_emails),
    ):
        yield Charge(resource=FURTHER_MODELS, service=service, price=price, quantity=further * each)
