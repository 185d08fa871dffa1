"""What comes through the alerts' topic, as channels show it: our own alerts, and what AWS's services say.

Every module of this package that holds a `FORM` is one form of messages; what has none of them is shown as it is.
"""

from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.discovery import declared_in
from courtside.core.sns_messages.form import Form

FORMS = {form.name: form for form in declared_in(__name__, __path__, name="FORM", kind=Form)}
_NAMELESS = "Courtside"


def channel_message(subject: str, body: str) -> ChannelMessage:
    """Return a message of the topic for a channel."""
    for form in FORMS.values():
        if message := form.read(subject, body):
            return message
    return ChannelMessage(subject=subject or _NAMELESS, text=body)
