"""Messages that a channel took, and the file through which other processes read them."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from courtside.contracts.channels import CHANNELS, Channel

SLACK = CHANNELS["slack"]
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Message:
    """An accepted message: its channel, when it came (UTC) and its JSON object.

    What a bot wrote has an `id`, the id of the message whose `thread` it is in, and the number of its `edits`; its
    JSON object is that of the last one.
    """

    channel: Channel
    received_at: datetime
    payload: dict[str, Any]
    id: str = ""
    thread: str = ""
    edits: int = 0

    @property
    def text(self) -> str:
        """The text as the channel shows it to people; marks for code, and Slack's marks for bold, are left in."""
        return self.channel.shown(self.payload)


def with_news(messages: tuple[Message, ...], news: Message) -> tuple[Message, ...]:
    """Return messages with a new one at the end, or in the place of the one that it edits."""
    if not news.edits:
        return (*messages, news)
    return tuple(news if each.id == news.id else each for each in messages)


class Journal:
    """The file into which a webhook writes the messages that it accepts, for readers in other processes."""

    def __init__(self, directory: Path, channel: Channel = SLACK) -> None:
        self.channel = channel
        self._path = directory / f"{channel.name}.jsonl"

    def add(self, message: Message) -> None:
        """Append one message, or what it says after an edit."""
        found: dict[str, Any] = {"received_at": message.received_at.isoformat(), "payload": message.payload}
        if message.id:
            found |= {"id": message.id, "thread": message.thread, "edits": message.edits}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(found)}\n")

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages accepted so far, oldest first."""
        messages: tuple[Message, ...] = ()
        for news in self._read():
            messages = with_news(messages, news)
        return messages

    def wait_for(self, count: int, *, timeout: float) -> tuple[Message, ...]:
        """Wait until `count` messages have come, or for `timeout` seconds; returns all that came."""
        deadline = time.monotonic() + timeout
        while len(messages := self.messages) < count and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        return messages

    def _read(self) -> Iterator[Message]:
        if not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines(keepends=True):
            # The last message may still be on its way into the file.
            if line.endswith("\n"):
                found = json.loads(line)
                received_at = datetime.fromisoformat(found.pop("received_at"))
                yield Message(self.channel, received_at, **found)
