"""What a form of messages is."""

from collections.abc import Callable
from dataclasses import dataclass

from courtside.contracts.channels.message import ChannelMessage


@dataclass(frozen=True, slots=True)
class Form:
    """How somebody writes messages to the alerts' topic: `read` is None for what somebody else wrote.

    It is given the subject, which may be empty, and the body.
    """

    name: str
    read: Callable[[str, str], ChannelMessage | None]
