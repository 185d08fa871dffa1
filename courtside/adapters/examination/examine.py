"""One examination, run so that whatever stops it becomes a finding of its own."""

from collections.abc import Callable, Iterable

from botocore.exceptions import BotoCoreError, ClientError

from courtside.adapters.deployment import AwsBusy, aws_failure
from courtside.contracts.errors import CourtsideError
from courtside.core.findings import Finding, broken, doubtful
from courtside.workflows.ports import TrackingUnavailable

_SAID_LIMIT = 300

Look = Callable[[], Iterable[Finding]]


def examine(check: str, look: Look) -> list[Finding]:
    """Return what `look` finds; whatever stops it, such as a permission that is missing, is a finding too."""
    found: list[Finding] = []
    try:
        found.extend(look())
    except Exception as error:  # noqa: BLE001 — what nobody foresaw must not hide what other examinations find
        found.append(_fell_over(check, error))
    return found


def _fell_over(check: str, error: Exception) -> Finding:
    match error:
        case ClientError() | BotoCoreError() if isinstance(aws_failure(error), AwsBusy):
            # Not knowing is no reason to call a stage well: what the service holds may be damaged.
            fix = "wait a minute and examine again; if it stays, look at https://health.aws.amazon.com/health/status"
            return broken(check, f"could not be asked, because AWS has a fault or is busy: {error}", fix)
        case ClientError():
            code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
            fix = f"let this caller use {error.operation_name}, or look in the console"
            return doubtful(check, f"could not be asked: {code}: {message}", fix)
        case BotoCoreError():
            return doubtful(check, f"could not be asked: {error}", "check the network, AWS_PROFILE and AWS_REGION")
        case TrackingUnavailable():
            return broken(check, str(error), "look at the service's events and log, see docs/tracking.md")
        case CourtsideError():
            return broken(check, f"{type(error).__name__}: {error}", "do what it says and examine again")
    said = " ".join(str(error).split())[:_SAID_LIMIT]
    fix = "look at what it names (something there is not as Courtside writes it), or report it"
    return broken(check, f"could not be examined: {type(error).__name__}: {said}", fix)
