"""Stack outputs have the keys that commands, notebooks and the embedded AWS read."""

import aws_cdk as cdk
from constructs import Construct


def publish(scope: Construct, key: str, value: str, *, meaning: str) -> None:
    """Add one stack output under its fixed key."""
    cdk.CfnOutput(scope, key, value=value, description=meaning).override_logical_id(key)
