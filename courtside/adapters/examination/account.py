"""The account before anything is deployed: the caller, the region, and whether it is bootstrapped."""

from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from courtside.adapters.deployment import FIRST_QUESTION
from courtside.adapters.examination.examine import examine
from courtside.core.findings import Finding, broken, fine

# The bootstrap version that our templates need: image assets need 8.
BOOTSTRAP_VERSION = 8
_BOOTSTRAPS = "/cdk-bootstrap/"
# The qualifier that `cdk bootstrap` uses unless it is given another.
QUALIFIER = "hnb659fds"


def caller(settings: dict[str, Any] | None) -> tuple[bool, list[Finding]]:
    """Return whether AWS answers this caller, and what was found: identity, account and region."""
    session = boto3.Session()
    try:
        identity = boto3.client("sts", config=FIRST_QUESTION).get_caller_identity()
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


def bootstrap(settings: dict[str, Any] | None = None) -> list[Finding]:
    """Examine the bootstrap stack of the stage's qualifier, which receives images and templates."""
    qualifier = (settings or {}).get("bootstrap_qualifier") or QUALIFIER

    def ask() -> Iterator[Finding]:
        ssm = boto3.client("ssm")
        try:
            version = int(ssm.get_parameter(Name=f"{_BOOTSTRAPS}{qualifier}/version")["Parameter"]["Value"])
        except ssm.exceptions.ParameterNotFound:
            yield _not_bootstrapped(qualifier, others=_qualifiers())
            return
        if version < BOOTSTRAP_VERSION:
            said = f"version {version} of {qualifier}, {BOOTSTRAP_VERSION} is needed"
            yield broken("bootstrap", said, f"run `{_bootstrapping(qualifier)}`")
        else:
            yield fine("bootstrap", f"version {version}")

    return examine("bootstrap", ask)


def _qualifiers() -> list[str]:
    pages = boto3.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=_BOOTSTRAPS, Recursive=True)
    return sorted({each["Name"].split("/")[2] for page in pages for each in page["Parameters"]})


def _not_bootstrapped(qualifier: str, *, others: list[str]) -> Finding:
    if others:
        said = f"this account and region are bootstrapped as {', '.join(others)}, not as {qualifier}"
        fix = f'set bootstrap_qualifier = "{others[0]}" in infra/settings.py, or run `{_bootstrapping(qualifier)}`'
        return broken("bootstrap", said, fix)
    return broken("bootstrap", "this account and region are not bootstrapped", f"run `{_bootstrapping(qualifier)}`")


def _bootstrapping(qualifier: str) -> str:
    return "npx cdk bootstrap" + ("" if qualifier == QUALIFIER else f" --qualifier {qualifier}")
