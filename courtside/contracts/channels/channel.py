"""What an alert channel is: a service with a webhook that takes one message by a POST of JSON."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from courtside.contracts.channels.message import ChannelMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One service: what it is sent, and how its answer is judged.

    `name` is the setting of a stage that switches it on, `title` what people call it. `payload` makes the JSON object
    of a message, `shown` the text that people see of one. `took` judges status and body of an answer, and
    `proof` says what it looks for. `answer` is what the service answers to a message that it takes. `attempt` matches
    what somebody who tries to put a webhook's address into the secret may write; the random text of a new secret does
    not match. `secret` matches addresses whose path is a secret: its group stays, and the rest is hidden everywhere.
    With `bot` the secret may hold a bot's token in place of an address.
    """

    name: str
    title: str
    payload: Callable[[ChannelMessage], dict[str, Any]]
    shown: Callable[[Mapping[str, Any]], str]
    took: Callable[[int, bytes], bool]
    proof: str
    answer: tuple[int, str]
    attempt: re.Pattern[str]
    secret: re.Pattern[str] | None = None
    bot: bool = False

    @property
    def secret_id(self) -> str:
        """Logical id of the secret that holds the webhook's address; it is stateful and never changes."""
        return f"{self.title}WebhookSecret"

    @property
    def secret_output(self) -> str:
        """Key of the stack output that names the secret."""
        return f"{self.secret_id}Arn"

    @property
    def notifier(self) -> str:
        """Logical id of the function that posts to it."""
        return f"Notify{self.title}"
