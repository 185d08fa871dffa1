"""What keeps data: databases, buckets, tables, secrets, keys."""

from collections.abc import Iterator, Mapping
from typing import Any

from courtside.contracts.templates.resources import Resource, Resources
from courtside.core.costs.charges import Charge, NoRule
from courtside.core.costs.usage import Usage

FREE_INSIGHTS_DAYS = 7


def database(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """Instance and storage, both twice with a standby; backups above the storage.

    AWS lists Multi-AZ at twice the price of one zone, rounded to a tenth of a cent an hour.
    https://aws.amazon.com/rds/postgresql/pricing/
    """
    properties = resource.properties
    if properties.get("Engine") != "postgres" or properties.get("StorageType") != "gp3":
        raise NoRule("only PostgreSQL on gp3 has a rule")
    if int(properties.get("PerformanceInsightsRetentionPeriod", FREE_INSIGHTS_DAYS)) > FREE_INSIGHTS_DAYS:
        raise NoRule("Performance Insights beyond 7 days has no rule")
    copies = 2 if properties.get("MultiAZ") else 1
    storage = float(properties["AllocatedStorage"])
    yield Charge(
        resource=resource.name,
        service="RDS",
        price=f"rds_postgres_{properties['DBInstanceClass']}_hour",
        quantity=copies * usage.hours,
        basis="with a standby" if copies > 1 else "",
    )
    yield Charge(resource=resource.name, service="RDS", price="rds_gp3_gb_month", quantity=copies * storage)
    above = max(0.0, usage.backup_gb - storage)
    if above:
        yield Charge(resource=resource.name, service="RDS", price="rds_backup_gb_month", quantity=above)


def bucket(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """Storage in the standard class, and requests."""
    for price, quantity in (
        ("s3_gb_month", usage.bucket_gb),
        ("s3_write", usage.bucket_writes),
        ("s3_read", usage.bucket_reads),
    ):
        yield Charge(resource=resource.name, service="S3", price=price, quantity=quantity)


def table(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """Requests, storage, and the storage of point-in-time recovery."""
    replicas = resource.properties.get("Replicas", ())
    if resource.properties.get("BillingMode") != "PAY_PER_REQUEST" or len(replicas) != 1:
        raise NoRule("only tables paid by the request in one region have a rule")
    quantities = [
        ("dynamodb_write", usage.table_writes),
        ("dynamodb_read", usage.table_reads),
        ("dynamodb_gb_month", usage.table_gb),
    ]
    if _recoverable(replicas[0]):
        quantities.append(("dynamodb_recovery_gb_month", usage.table_gb))
    for price, quantity in quantities:
        yield Charge(resource=resource.name, service="DynamoDB", price=price, quantity=quantity)


def _recoverable(table: Mapping[str, Any]) -> bool:
    return bool(table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"))


def secret(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """Each secret by the month, and its reads."""
    yield Charge(resource=resource.name, service="Secrets Manager", price="secret_month", quantity=1)
    yield Charge(resource=resource.name, service="Secrets Manager", price="secret_read", quantity=usage.secret_reads)


def key(resource: Resource, _stage: Resources, _usage: Usage) -> Iterator[Charge]:
    """A key of one's own by the month; its requests are left out, as S3, SNS and SQS cache data keys."""
    yield Charge(resource=resource.name, service="KMS", price="kms_key_month", quantity=1)
