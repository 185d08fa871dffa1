"""Threads: what a bot has said about an incident in a channel."""

from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.versioned import Versioned


class ThreadRecord(Versioned):
    """The first message about an incident: the id under which it is `posted`, and what it says now."""

    posted: str
    head: ChannelMessage
