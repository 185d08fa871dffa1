"""Post a message to a channel's webhook."""

import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from tenacity import RetryCallState, Retrying, retry_if_exception

from courtside.contracts.channels import Channel
from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.errors import CourtsideError

TRIES = 4
TIMEOUT_SECONDS = 4
# A function that is cut off cannot say why, and a try that begins now may take three timeouts (connect, TLS, read).
BUDGET_SECONDS = 15
_MOST_READ = 1024
# The placeholder of a new secret is random: only what looks like an attempt at an address counts as one.
_ATTEMPT = re.compile(r"://|^[\w-]+(\.[\w-]+)+(:\d+)?/")
_LOOPBACK = "127.0.0.1"


class WebhookUnreachable(CourtsideError):
    """The webhook did not take the message; the address is a secret and stays out of the text."""

    def __init__(self, channel: Channel, detail: str) -> None:
        self.channel = channel.name
        self.detail = detail
        super().__init__(f"{channel.title} did not take the message: {detail}")


class WebhookInvalid(CourtsideError):
    """The secret holds an address that cannot be a webhook's; it stays out of the text."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel.name
        super().__init__(
            f"what the {channel.title} secret holds is not a webhook's address: it must be one https:// address and "
            f"nothing else, without quotes or spaces; put it there again as {channel.title} shows it"
        )


def webhook_in(secret: str, channel: Channel) -> str | None:
    """Return the webhook's address that a secret holds, or None until somebody has set one; raises `WebhookInvalid`."""
    text = secret.strip()
    if not (_ATTEMPT.search(text) or channel.attempt.search(text)):
        return None
    try:
        parts = urlsplit(text)
        local = parts.scheme == "http" and parts.hostname == _LOOPBACK and parts.port is not None
        known = (local or parts.scheme == "https") and bool(parts.hostname) and len(parts.path) > 1
    except ValueError:
        raise WebhookInvalid(channel) from None  # its message would reveal the address
    if not known or re.search(r"[\s\"'<>]", text):
        raise WebhookInvalid(channel)
    return text


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Refuse redirects, because a message that was sent elsewhere has not reached the channel."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow none."""


_opener = urllib.request.build_opener(_NoRedirects)


class _Refused(Exception):
    """One try failed; `final` where the same answer would come again, `pause` as long as the service asks for."""

    def __init__(self, detail: str, *, final: bool = False, pause: float | None = None) -> None:
        self.detail, self.final, self.pause = detail, final, pause
        super().__init__(detail)


def post(
    webhook: str,
    *,
    channel: Channel,
    message: ChannelMessage,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Post one message, waiting 1, 2 and 4 seconds (or as long as the service asks for) between tries.

    Only the answer by which the channel's service takes a message counts as delivered. A refusal (4xx other than 429)
    is not retried, because it would be refused again. Raises `WebhookUnreachable`, also when the next try would
    come later than `BUDGET_SECONDS`.
    """
    body = json.dumps(channel.payload(message)).encode()
    began = clock()

    def over(state: RetryCallState) -> bool:
        return state.attempt_number >= TRIES or clock() - began + state.upcoming_sleep > BUDGET_SECONDS

    tries = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, _Refused) and not error.final),
        wait=_pause,
        stop=over,
        sleep=sleep,
        reraise=True,
    )
    try:
        tries(_try, webhook, body, channel)
    except _Refused as refused:
        raise WebhookUnreachable(channel, refused.detail) from None


def _pause(state: RetryCallState) -> float:
    refused = state.outcome and state.outcome.exception()
    asked_for = refused.pause if isinstance(refused, _Refused) else None
    return max(2.0 ** (state.attempt_number - 1), asked_for or 0.0)


def _try(webhook: str, body: bytes, channel: Channel) -> None:
    headers = {"Content-Type": "application/json"}
    try:
        request = urllib.request.Request(webhook, data=body, headers=headers)  # noqa: S310 — the team's own secret
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            said = answer.read(_MOST_READ)
    except urllib.error.HTTPError as error:
        final = 400 <= error.code < 500 and error.code != HTTPStatus.TOO_MANY_REQUESTS
        raise _Refused(f"HTTP {error.code}", final=final, pause=_seconds(error.headers.get("Retry-After"))) from None
    except (ValueError, http.client.InvalidURL):
        # Their message would reveal the address.
        raise _Refused("what the secret holds is not an address", final=True) from None
    except (OSError, http.client.HTTPException) as error:
        raise _Refused(type(error).__name__) from None
    if not channel.took(answer.status, said):
        raise _Refused(f"HTTP {answer.status} without {channel.proof}")


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after and retry_after.isdecimal() else None
