"""Threads: what a bot has said about an incident in a channel."""

from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.versioned import Versioned


class ThreadRecord(Versioned):
    """The first message about an incident: the id under which it is `posted`, and what it says now.

    `begun_by` is the id of the alert that it was posted for.
    """

    posted: str
    head: ChannelMessage
    begun_by: str
