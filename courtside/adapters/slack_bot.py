"""A bot in Slack: what it posted can be edited later, and answered in a thread.

Sources: https://docs.slack.dev/reference/methods/chat.postMessage and
https://docs.slack.dev/reference/methods/chat.update
"""

import json
from typing import Any

from courtside.adapters.channel_secret import BotSecret
from courtside.adapters.patient_post import PatientPost, Refused, WebhookUnreachable
from courtside.contracts.channels import Channel
from courtside.contracts.channels.message import ChannelMessage
from courtside.workflows.ports import MessageNotEdited

# Slack's own troubles, which pass.
_PASSES = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_GONE = frozenset({"message_not_found", "channel_not_found"})
_LOCKED = frozenset({"cant_update_message", "edit_window_closed"})


class SlackBot:
    """Writes to one channel; `patience` is the `sleep` and the `clock` of a `PatientPost`."""

    def __init__(self, secret: BotSecret, channel: Channel, **patience: Any) -> None:
        self._secret = secret
        self._channel = channel
        self._http = PatientPost(channel=channel, accept=_accept, **patience)

    def post(self, message: ChannelMessage) -> str:
        """Post a message and return its timestamp, which is its id; raises `WebhookUnreachable`."""
        return self._call("chat.postMessage", self._channel.payload(message))

    def reply(self, posted: str, message: ChannelMessage, *, aloud: bool) -> None:
        """Say a message's line in the thread of a posted one, and `aloud` in the channel too."""
        line = self._channel.payload(message.as_line())
        self._call("chat.postMessage", {**line, "thread_ts": posted, "reply_broadcast": aloud})

    def edit(self, posted: str, message: ChannelMessage) -> None:
        """Let a posted message say something else; raises `MessageNotEdited` and `WebhookUnreachable`."""
        payload = self._channel.payload(message)
        try:
            self._call("chat.update", {"ts": posted, "text": payload["text"], "blocks": payload.get("blocks", [])})
        except WebhookUnreachable as error:
            if error.detail in _GONE | _LOCKED:
                raise MessageNotEdited(posted, gone=error.detail in _GONE) from error
            raise

    def _call(self, method: str, arguments: dict[str, Any]) -> str:
        secret = self._secret
        said = self._http.send(
            f"{secret.api}/{method}",
            {"channel": secret.channel, **arguments},
            headers={"Authorization": f"Bearer {secret.token}"},
        )
        return str(json.loads(said)["ts"])


def _accept(status: int, said: bytes) -> None:
    """Raise `Refused` unless the method says that it worked; a refusal has the status 200 too."""
    try:
        answer = json.loads(said)
    except ValueError:
        raise Refused(f"HTTP {status} without an answer of Slack's API") from None
    match answer:
        case {"ok": True, "ts": str()}:
            return
        case {"ok": False, "error": str(error)}:
            raise Refused(error, final=error not in _PASSES)
    raise Refused(f"HTTP {status} without an answer of Slack's API")
