"""The account before anything is deployed: who asks, where, bootstrapped, and with room."""

from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from courtside.adapters.examination.asking import asked
from courtside.core.findings import Finding, broken, doubtful, fine

# What our templates ask of `cdk bootstrap`: image assets need 8.
BOOTSTRAP_VERSION = 8
_BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: a new account may have 10.
CONCURRENT_FUNCTIONS = 10
_VPCS = ("vpc", "L-F678F1CE")
_FARGATE_VCPUS = ("fargate", "L-3032A538")
_CPU_UNITS = 1024


def caller(settings: dict[str, Any] | None) -> tuple[bool, list[Finding]]:
    """Return whether AWS answers this caller, and what was found: identity, account and region."""
    session = boto3.Session()
    try:
        identity = boto3.client("sts").get_caller_identity()
    except (ClientError, BotoCoreError) as error:
        fix = "set AWS_PROFILE and AWS_REGION, or sign in (`aws sso login`)"
        return False, [broken("credentials", str(error).rstrip("."), fix)]
    wants = settings or {}
    return True, [
        _matching("credentials", identity["Arn"], found=identity["Account"], wanted=wants.get("account")),
        _matching("region", str(session.region_name), found=session.region_name, wanted=wants.get("region")),
    ]


def _matching(check: str, detail: str, *, found: str | None, wanted: str | None) -> Finding:
    if wanted and found != wanted:
        field = "account" if check == "credentials" else "region"
        fix = f"use the profile of {wanted}, or change {field} in infra/settings.py"
        return broken(check, f"{detail}, but the settings name {field} {wanted}", fix)
    return fine(check, detail)


def bootstrap() -> list[Finding]:
    """Examine the bootstrap stack, which receives images and templates."""

    def ask() -> Iterator[Finding]:
        ssm = boto3.client("ssm")
        try:
            version = int(ssm.get_parameter(Name=_BOOTSTRAP)["Parameter"]["Value"])
        except ssm.exceptions.ParameterNotFound:
            yield broken("bootstrap", "this account and region are not bootstrapped", "run `npx cdk bootstrap`")
            return
        if version < BOOTSTRAP_VERSION:
            yield broken("bootstrap", f"version {version}, {BOOTSTRAP_VERSION} is needed", "run `npx cdk bootstrap`")
        else:
            yield fine("bootstrap", f"version {version}")

    return asked("bootstrap", ask)


def quotas(settings: dict[str, Any] | None) -> list[Finding]:
    """Examine whether the account has room for a stage: functions, networks, vCPUs of tasks."""
    return [
        *asked("quota of functions", _functions),
        *asked("quota of networks", _networks),
        *asked("quota of tasks", lambda: _tasks(settings or {})),
    ]


def _functions() -> Iterator[Finding]:
    limit = boto3.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if limit < CONCURRENT_FUNCTIONS:
        fix = "ask for more: Service Quotas, AWS Lambda, Concurrent executions"
        yield doubtful("quota of functions", f"{limit} may run at once", fix)
    else:
        yield fine("quota of functions", f"{limit} may run at once")


def _networks() -> Iterator[Finding]:
    limit, used = _quota(*_VPCS), len(boto3.client("ec2").describe_vpcs()["Vpcs"])
    if used >= limit:
        fix = "delete a VPC or ask for more: Service Quotas, Amazon VPC, VPCs per Region"
        yield broken("quota of networks", f"all {limit:.0f} VPCs of this region are used, a stage needs one", fix)
    else:
        yield fine("quota of networks", f"{used} of {limit:.0f} VPCs used, a stage needs one")


def _tasks(settings: dict[str, Any]) -> Iterator[Finding]:
    sizes = [settings.get(name, {}).get("cpu", 0) for name in ("tracking_size", "training_size")]
    limit, needed = _quota(*_FARGATE_VCPUS), sum(sizes) / _CPU_UNITS
    if needed > limit:
        fix = "ask for more: Service Quotas, AWS Fargate, Fargate On-Demand vCPU resource count"
        yield broken("quota of tasks", f"{limit:g} vCPUs, the stage needs {needed:g}", fix)
    else:
        yield fine("quota of tasks", f"{limit:g} vCPUs, the stage needs {needed:g}")


def _quota(service: str, code: str) -> float:
    found = boto3.client("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=code)
    return float(found["Quota"]["Value"])
