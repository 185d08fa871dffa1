"""Asking AWS without falling over what it refuses."""

from collections.abc import Callable, Iterable

from botocore.exceptions import BotoCoreError, ClientError

from courtside.core.findings import Finding, broken, doubtful
from courtside.workflows.ports import TrackingUnavailable

Ask = Callable[[], Iterable[Finding]]


def asked(check: str, ask: Ask) -> list[Finding]:
    """Return what `ask` finds; what it is not allowed or not able to ask is a finding too."""
    try:
        return list(ask())
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        fix = f"let this caller use {error.operation_name}, or look in the console"
        return [doubtful(check, f"could not be asked: {code}: {message}", fix)]
    except BotoCoreError as error:
        return [doubtful(check, f"could not be asked: {error}", "check the network, AWS_PROFILE and AWS_REGION")]
    except TrackingUnavailable as error:
        return [broken(check, str(error), "look at the service's events and log, see docs/tracking.md")]
