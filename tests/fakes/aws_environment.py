"""This points the AWS clients of the current process at one embedded AWS."""

from collections.abc import Mapping

import boto3
import pytest


def point_at(environment: Mapping[str, str], patch: pytest.MonkeyPatch) -> None:
    """Set an embedded AWS's variables and drop boto3's default session, which would keep the keys of another one."""
    for name, value in environment.items():
        patch.setenv(name, value)
    patch.delenv("AWS_PROFILE", raising=False)
    patch.setattr(boto3, "DEFAULT_SESSION", None)
