"""What a channel's secret holds: nothing yet, the address of a webhook, or a bot's token and channel."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator

from courtside.contracts.channels import Channel
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import Payload

# The placeholder of a new secret is random: only what looks like an attempt at an address counts as one.
_ATTEMPT = re.compile(r"://|^[\w-]+(\.[\w-]+)+(:\d+)?/")
_LOOPBACK = "127.0.0.1"


class WebhookInvalid(CourtsideError):
    """The secret holds an address that cannot be a webhook's; it stays out of the text."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel.name
        super().__init__(
            f"what the {channel.title} secret holds is not a webhook's address: it must be one https:// address and "
            f"nothing else, without quotes or spaces; put it there again as {channel.title} shows it"
        )


class BotInvalid(CourtsideError):
    """The secret holds JSON that does not describe a bot; no value of it is in the text."""

    def __init__(self, channel: Channel, fields: list[str]) -> None:
        self.channel = channel.name
        self.fields = fields
        super().__init__(
            f"what the {channel.title} secret holds does not describe a bot ({', '.join(fields)}): it must be "
            '{"token": "xoxb-…", "channel": "C…"}, with the id of the channel and not its name; "api" may name another '
            "address than https://slack.com/api"
        )


class BotSecret(Payload):
    """A bot of Slack and the channel it writes to; `api` is the address of the service's methods."""

    token: str = Field(pattern=r"^xox[a-z]+(\.xox[a-z]+)?-[\w-]+$", repr=False)
    channel: str = Field(pattern=r"^[CGD][A-Z0-9]+$")
    api: str = "https://slack.com/api"

    @field_validator("api")
    @classmethod
    def _address(cls, api: str) -> str:
        if not _is_address(api):
            raise ValueError("is not an address")
        return api.removesuffix("/")


def destination_in(secret: str, channel: Channel) -> str | BotSecret | None:
    """Return the webhook's address or the bot that a secret holds, or None until somebody has put one there.

    Raises `WebhookInvalid` and `BotInvalid`.
    """
    text = secret.strip()
    if channel.bot and (described := _object(text)) is not None:
        return _bot(described, channel)
    if not (_ATTEMPT.search(text) or channel.attempt.search(text)):
        return None
    if not _is_address(text):
        raise WebhookInvalid(channel)
    return text


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _bot(described: dict[str, Any], channel: Channel) -> BotSecret:
    try:
        return BotSecret.model_validate(described)
    except ValidationError as error:
        # Its message would show the token.
        fields = sorted({str(each["loc"][0]) for each in error.errors()})
    raise BotInvalid(channel, fields)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        local = parts.scheme == "http" and parts.hostname == _LOOPBACK and parts.port is not None
        known = (local or parts.scheme == "https") and bool(parts.hostname) and len(parts.path) > 1
    except ValueError:
        return False
    return known and not re.search(r"[\s\"'<>]", text)
