"""Decide where a stage's stacks go, and which zones they use, without asking AWS during synthesis."""

import aws_cdk as cdk

from infra.setting_types import ZONES
from infra.stage import StageSettings


def placement(settings: StageSettings) -> cdk.Environment:
    """Return the account and region that a stage names; what it leaves open is the caller's at deployment."""
    return cdk.Environment(account=settings.account, region=settings.region)


def zones_of_the_region() -> list[str]:
    """Return the first zones of wherever the stack is deployed.

    With an account and a region CDK would look the zones up, so that synth would need credentials.
    """
    return [cdk.Fn.select(index, cdk.Fn.get_azs()) for index in range(ZONES)]
