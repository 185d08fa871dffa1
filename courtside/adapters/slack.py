"""Post a message to a Slack incoming webhook."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from courtside.contracts.errors import CourtsideError

TRIES = 4
TIMEOUT_SECONDS = 10


class SlackUnreachable(CourtsideError):
    """The webhook did not take the message; the address is a secret and stays out of the text."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(f"Slack did not take the message after {TRIES} tries: {detail}")


def post_to_slack(webhook: str, *, subject: str, text: str, sleep: Callable[[float], None] = time.sleep) -> None:
    """Post one message, waiting 1, 2 and 4 seconds between tries; raises `SlackUnreachable`.

    A refusal (4xx other than 429) is not tried again: it would be refused again.
    """
    body = json.dumps({"text": f"*{subject}*\n{text}", "unfurl_links": False}).encode()
    headers = {"Content-Type": "application/json"}
    detail = ""
    for attempt in range(TRIES):
        if attempt:
            sleep(2.0 ** (attempt - 1))
        try:
            request = urllib.request.Request(webhook, data=body, headers=headers)  # noqa: S310 — the team's own secret
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            detail = f"HTTP {error.code}"
            if 400 <= error.code < 500 and error.code != 429:
                break
        except OSError as error:
            detail = type(error).__name__
        except (ValueError, http.client.InvalidURL):
            # Their message would tell the address.
            detail = "what the secret holds is not an address"
            break
    raise SlackUnreachable(detail)
