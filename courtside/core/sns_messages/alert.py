"""Our own alerts, whose body for functions is the message itself."""

from pydantic import ValidationError

from courtside.contracts.channels.message import ChannelMessage
from courtside.core.sns_messages.form import Form


def _read(_subject: str, body: str) -> ChannelMessage | None:
    try:
        return ChannelMessage.model_validate_json(body)
    except ValidationError:
        return None


FORM = Form("alert", _read)
