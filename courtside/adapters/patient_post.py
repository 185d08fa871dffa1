"""Post JSON to a channel's service, with patience: a service that is busy is asked again, and a refusal is final."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from tenacity import RetryCallState, Retrying, retry_if_exception

from courtside.contracts.channels import Channel
from courtside.contracts.errors import CourtsideError

TRIES = 4
TIMEOUT_SECONDS = 4
# A function that is cut off cannot say why, and a try that begins now may take three timeouts (connect, TLS, read).
BUDGET_SECONDS = 15
_MOST_READ = 64 * 1024


class WebhookUnreachable(CourtsideError):
    """The channel did not take the message; the address is a secret and stays out of the text."""

    def __init__(self, channel: Channel, detail: str) -> None:
        self.channel = channel.name
        self.detail = detail
        super().__init__(f"{channel.title} did not take the message: {detail}")


class Refused(Exception):
    """One try failed; `final` where the same answer would come again, `pause` as long as the service asks for."""

    def __init__(self, detail: str, *, final: bool = False, pause: float | None = None) -> None:
        self.detail, self.final, self.pause = detail, final, pause
        super().__init__(detail)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Refuse redirects, because a message that was sent elsewhere has not reached the channel."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow none."""


_opener = urllib.request.build_opener(_NoRedirects)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientPost:
    """Posts to one channel, waiting 1, 2 and 4 seconds (or as long as the service asks for) between tries.

    `accept` judges status and body of an answer, and raises `Refused` for one by which the service did not take the
    message.
    """

    channel: Channel
    accept: Callable[[int, bytes], None]
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def send(self, address: str, payload: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> bytes:
        """Post one message and return the service's answer.

        A refusal (4xx other than 429) is not retried, because it would be refused again. Raises `WebhookUnreachable`,
        also when the next try would come later than `BUDGET_SECONDS`.
        """
        began = self.clock()

        def over(state: RetryCallState) -> bool:
            return state.attempt_number >= TRIES or self.clock() - began + state.upcoming_sleep > BUDGET_SECONDS

        tries = Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, Refused) and not error.final),
            wait=_pause,
            stop=over,
            sleep=self.sleep,
            reraise=True,
        )
        body, all_headers = json.dumps(payload).encode(), {"Content-Type": _JSON, **(headers or {})}
        try:
            return tries(self._try, address, body, all_headers)
        except Refused as refused:
            raise WebhookUnreachable(self.channel, refused.detail) from None

    def _try(self, address: str, body: bytes, headers: dict[str, str]) -> bytes:
        try:
            request = urllib.request.Request(address, data=body, headers=headers)  # noqa: S310 — the team's own secret
            with _opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                said: bytes = answer.read(_MOST_READ)
        except urllib.error.HTTPError as error:
            final = 400 <= error.code < 500 and error.code != HTTPStatus.TOO_MANY_REQUESTS
            raise Refused(f"HTTP {error.code}", final=final, pause=_seconds(error.headers.get("Retry-After"))) from None
        except (ValueError, http.client.InvalidURL):
            # Their message would reveal the address.
            raise Refused("what the secret holds is not an address", final=True) from None
        except (OSError, http.client.HTTPException) as error:
            raise Refused(type(error).__name__) from None
        self.accept(answer.status, said)
        return said


_JSON = "application/json; charset=utf-8"


def _pause(state: RetryCallState) -> float:
    refused = state.outcome and state.outcome.exception()
    asked_for = refused.pause if isinstance(refused, Refused) else None
    return max(2.0 ** (state.attempt_number - 1), asked_for or 0.0)


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after and retry_after.isdecimal() else None
