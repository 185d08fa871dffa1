"""This process's AWS clients, pointed at one embedded AWS."""

from collections.abc import Mapping

import boto3
import pytest


def point_at(environment: Mapping[str, str], patch: pytest.MonkeyPatch) -> None:
    """Set an embedded AWS's variables, and let boto3 forget the keys of another one: it reads them once."""
    for name, value in environment.items():
        patch.setenv(name, value)
    patch.delenv("AWS_PROFILE", raising=False)
    patch.setattr(boto3, "DEFAULT_SESSION", None)
