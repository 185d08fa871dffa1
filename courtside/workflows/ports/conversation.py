"""A channel in which what was said can be edited and answered."""

from typing import Protocol

from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.errors import CourtsideError


class MessageNotEdited(CourtsideError):
    """A posted message cannot be edited: somebody removed it (`gone`), or the service's rules are against it."""

    def __init__(self, posted: str, *, gone: bool) -> None:
        self.posted = posted
        self.gone = gone
        super().__init__(f"the message {posted} {'does not exist any more' if gone else 'may not be edited any more'}")


class Conversation(Protocol):
    """A channel in which what was said can be edited and answered."""

    def post(self, message: ChannelMessage) -> str:
        """Post a message and return its id."""
        ...

    def reply(self, posted: str, message: ChannelMessage, *, aloud: bool) -> None:
        """Say a message's line below a posted one, and `aloud` to the whole channel too."""
        ...

    def edit(self, posted: str, message: ChannelMessage) -> None:
        """Let a posted message say something else; raises `MessageNotEdited`."""
        ...
