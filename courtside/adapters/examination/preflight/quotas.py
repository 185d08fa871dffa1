"""Whether the account has room for a stage: functions, vCPUs of tasks, and what a stage has one of."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import boto3

from courtside.adapters.examination.examine import examine
from courtside.adapters.examination.preflight import Examination, Plan
from courtside.core.findings import Finding, broken, doubtful, fine

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: a new account may have 10.
CONCURRENT_FUNCTIONS = 10
_CPU_UNITS = 1024
_VPCS = ("vpc", "L-F678F1CE")
_FARGATE_VCPUS = ("fargate", "L-3032A538")
_DATABASES = ("rds", "L-7B6409FD")
_ADDRESSES = ("ec2", "L-0263D0A3")
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html; it can be raised by request.
_VPC_LINKS = 10


def _look(plan: Plan) -> Iterator[Finding]:
    yield from examine("quota of functions", _functions)
    yield from examine("quota of networks", _networks)
    yield from examine("quota of tasks", partial(_tasks, plan.settings))
    yield from examine("quota of VPC links", _links)
    yield from examine("quota of databases", _databases)
    if plan.settings.get("private_subnets"):
        yield from examine("quota of addresses", _addresses)


def _functions() -> Iterator[Finding]:
    limit = boto3.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if limit < CONCURRENT_FUNCTIONS:
        fix = "ask for more: Service Quotas, AWS Lambda, Concurrent executions"
        yield doubtful("quota of functions", f"{limit} may run at once", fix)
    else:
        yield fine("quota of functions", f"{limit} may run at once")


def _networks() -> Iterator[Finding]:
    used = len(boto3.client("ec2").describe_vpcs()["Vpcs"])
    yield _room("networks", "VPCs", used=used, limit=_quota(*_VPCS), where="Amazon VPC, VPCs per Region")


def _tasks(settings: Mapping[str, Any]) -> Iterator[Finding]:
    sizes = [settings.get(name, {}).get("cpu", 0) for name in ("tracking_size", "training_size")]
    limit, needed = _quota(*_FARGATE_VCPUS), sum(sizes) / _CPU_UNITS
    if needed > limit:
        fix = "ask for more: Service Quotas, AWS Fargate, Fargate On-Demand vCPU resource count"
        yield broken("quota of tasks", f"{limit:g} vCPUs, the stage needs {needed:g}", fix)
    else:
        yield fine("quota of tasks", f"{limit:g} vCPUs, the stage needs {needed:g}")


def _links() -> Iterator[Finding]:
    used = len(boto3.client("apigatewayv2").get_vpc_links().get("Items", []))
    yield _room("VPC links", "VPC links", used=used, limit=_VPC_LINKS, where="Amazon API Gateway, VPC links per Region")


def _databases() -> Iterator[Finding]:
    pages = boto3.client("rds").get_paginator("describe_db_instances").paginate()
    used = sum(len(page["DBInstances"]) for page in pages)
    yield _room("databases", "instances", used=used, limit=_quota(*_DATABASES), where="Amazon RDS, DB instances")


def _addresses() -> Iterator[Finding]:
    used, limit = len(boto3.client("ec2").describe_addresses()["Addresses"]), _quota(*_ADDRESSES)
    yield _room("addresses", "elastic addresses", used=used, limit=limit, where="Amazon EC2, EC2-VPC Elastic IPs")


def _room(of: str, things: str, *, used: int, limit: float, where: str) -> Finding:
    check = f"quota of {of}"
    if used >= limit:
        fix = f"delete one or ask for more: Service Quotas, {where}"
        return broken(check, f"all {limit:.0f} {things} of this region are used, a stage needs one", fix)
    return fine(check, f"{used} of {limit:.0f} {things} used, a stage needs one")


def _quota(service: str, code: str) -> float:
    found = boto3.client("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=code)
    return float(found["Quota"]["Value"])


EXAMINATION = Examination(check="quotas", look=_look)
