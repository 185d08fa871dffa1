"""The two methods of Slack's web API by which a bot writes: it posts, edits what it posted, and answers in threads.

https://docs.slack.dev/reference/methods/chat.postMessage and https://docs.slack.dev/reference/methods/chat.update
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from courtside.contracts.channels import Channel
from embedded_aws.messages import Message

PREFIX = "/api/"
_ADDRESSED = frozenset({"channel", "ts", "thread_ts", "reply_broadcast"})


class SlackApi:
    """One bot in one channel, whose `token` and channel a test puts into the secret.

    `known` returns the messages so far, and `keep` takes a new one, or one that says something else now.
    """

    channel_id = "C0COURTSIDE"

    def __init__(
        self, channel: Channel, *, known: Callable[[], tuple[Message, ...]], keep: Callable[[Message], None]
    ) -> None:
        self.token = f"xoxb-{secrets.token_hex(12)}"
        self._channel, self._known, self._keep = channel, known, keep

    def answer(self, method: str, authorization: str, payload: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return what Slack answers to a call of a method, always with the status 200."""
        if authorization != f"Bearer {self.token}":
            return _refusal("invalid_auth")
        if payload is None:
            return _refusal("invalid_json")
        if payload.get("channel") != self.channel_id:
            return _refusal("channel_not_found")
        return self._called(method, payload)

    def _called(self, method: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        said = {key: value for key, value in payload.items() if key not in _ADDRESSED}
        if not self._channel.shown(said):
            return _refusal("no_text")
        match method:
            case "chat.postMessage":
                return self._post(said, thread=str(payload.get("thread_ts") or ""))
            case "chat.update":
                return self._edit(str(payload.get("ts")), said)
        return _refusal("unknown_method")

    def _post(self, said: dict[str, Any], *, thread: str) -> dict[str, Any]:
        if thread and not any(each.id == thread for each in self._known()):
            return _refusal("thread_not_found")
        now = datetime.now(UTC)
        message = Message(self._channel, now, said, id=f"{now.timestamp():.6f}", thread=thread)
        self._keep(message)
        return self._done(message)

    def _edit(self, ts: str, said: dict[str, Any]) -> dict[str, Any]:
        found = next((each for each in self._known() if each.id == ts), None)
        if found is None:
            return _refusal("message_not_found")
        edited = replace(found, payload=said, edits=found.edits + 1)
        self._keep(edited)
        return self._done(edited)

    def _done(self, message: Message) -> dict[str, Any]:
        return {"ok": True, "channel": self.channel_id, "ts": message.id}


def secret_of(api: SlackApi, address: str) -> str:
    """Return what to put into the channel's secret so that a notifier writes as this bot."""
    return json.dumps({"token": api.token, "channel": api.channel_id, "api": address})


def _refusal(error: str) -> dict[str, Any]:
    return {"ok": False, "error": error}
