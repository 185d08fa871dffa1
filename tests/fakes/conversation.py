"""A channel in memory whose incidents are threads, and messages about one incident."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.incidents import Severity, Telling
from courtside.workflows.claims import Claims
from courtside.workflows.ports import MessageNotEdited
from courtside.workflows.tell_channel import TellChannel, Threads
from tests.fakes.messages import message_of
from tests.fakes.ports import InMemoryLedger


@dataclass
class RecordedConversation:
    """A channel in memory; `gone` and `locked` say how edits end."""

    posts: dict[str, ChannelMessage] = field(default_factory=dict)
    replies: list[tuple[str, str, bool]] = field(default_factory=list)
    gone: bool = False
    locked: bool = False

    def post(self, message: ChannelMessage) -> str:
        posted = f"ts{len(self.posts)}"
        self.posts[posted] = message
        return posted

    def reply(self, posted: str, message: ChannelMessage, *, aloud: bool) -> None:
        assert posted in self.posts
        self.replies.append((posted, message.in_one_line, aloud))

    def edit(self, posted: str, message: ChannelMessage) -> None:
        if self.gone or self.locked:
            raise MessageNotEdited(posted, gone=self.gone)
        self.posts[posted] = message


def about(telling: Telling, line: str, text: str = "*What moved*\n• age", **more: Any) -> ChannelMessage:
    return message_of("Drift in churn", text, line=line, telling=telling, incident="i1", kind="drift", **more)


OPENED = about(Telling.OPENED, "age moved", id="i1-opened")
UPDATED = about(Telling.UPDATED, "plan moved too", "*What moved*\n• age\n• plan", id="i1-updated")
ESCALATED = about(Telling.ESCALATED, "nobody looked", severity=Severity.CRITICAL, id="i1-escalated")
RESOLVED = about(Telling.RESOLVED, "nothing moves any more", id="i1-resolved")


@dataclass
class Setup:
    conversation: RecordedConversation = field(default_factory=RecordedConversation)
    ledger: Any = field(default_factory=InMemoryLedger)
    sleep: Callable[[float], None] = lambda _: None

    def tell(self, *messages: ChannelMessage) -> list[bool]:
        claims = Claims(self.ledger, sleep=self.sleep)
        threads = Threads("slack", self.ledger, self.conversation, claims)
        teller = TellChannel("slack", claims, threads.say)
        return [teller.tell(message, delivery=f"d-{message.in_one_line}") for message in messages]
