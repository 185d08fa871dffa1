"""The head of a thread: the first message about an incident, which is edited as the incident goes on."""

from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.incidents import Telling

_RESOLVED = "Resolved: "


def opened(message: ChannelMessage) -> ChannelMessage:
    """Return a message as the first of its thread: whole, even where it only says what is new."""
    return message.model_copy(update={"telling": Telling.OPENED})


def head_after(head: ChannelMessage, message: ChannelMessage) -> ChannelMessage:
    """Return what the head says after a message: the newest findings, or that the incident is resolved.

    The topic keeps no order, so an end may come before its beginning, or twice.
    """
    if head.telling is Telling.RESOLVED and message.telling is not Telling.RESOLVED:
        return head_after(opened(message), head)
    if head.telling is Telling.RESOLVED or head.subject.startswith(_RESOLVED):
        return head
    if message.telling is Telling.RESOLVED:
        text = f"*Resolved*: {message.in_one_line}\n\n{head.text}"
        return head.model_copy(update={"subject": f"{_RESOLVED}{head.subject}", "text": text})
    if message.telling is Telling.OPENED:
        # It comes late: what an update found since then stays, but how the incident stands is less than what was found.
        return message.model_copy(update={"severity": head.severity}) if _says_how_it_stands(head) else head
    if message.telling is Telling.ESCALATED or _says_how_it_stands(message):
        return head.model_copy(update={"severity": message.severity})
    return opened(message)


def _says_how_it_stands(message: ChannelMessage) -> bool:
    """Return whether a message tells of its incident, such as that nobody came, and not of what was found."""
    return message.in_one_line in message.text
