"""Messages for channels."""

from typing import Any

from courtside.contracts.channels.message import ChannelMessage


def message_of(subject: str = "s", text: str = "t", **about: Any) -> ChannelMessage:
    """Return a message with this subject and text; it is a notice unless `about` says more."""
    return ChannelMessage(subject=subject, text=text, **about)
