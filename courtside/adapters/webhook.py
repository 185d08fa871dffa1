"""Post a message to a channel's webhook."""

from typing import Any

from courtside.adapters.patient_post import PatientPost, Refused
from courtside.contracts.channels import Channel
from courtside.contracts.channels.message import ChannelMessage


def post(webhook: str, *, channel: Channel, message: ChannelMessage, **patience: Any) -> None:
    """Post one message; only the answer by which the channel's service takes a message counts as delivered.

    `patience` is the `sleep` and the `clock` of a `PatientPost`. Raises `WebhookUnreachable`.
    """

    def accept(status: int, said: bytes) -> None:
        if not channel.took(status, said):
            raise Refused(f"HTTP {status} without {channel.proof}")

    PatientPost(channel=channel, accept=accept, **patience).send(webhook, channel.payload(message))
