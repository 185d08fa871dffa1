"""Channels are told once of each alert, and where a bot writes, an incident is one thread."""

from collections.abc import Callable
from dataclasses import dataclass, field

from courtside.contracts import ledger_keys
from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.incidents import Telling
from courtside.contracts.records import ThreadRecord
from courtside.core.heads import head_after, opened
from courtside.workflows.claims import MOST_CONFLICTS, Claims
from courtside.workflows.ledger_documents import LedgerBusy, read, written
from courtside.workflows.ledger_transactions import Documents, change_together, wait_at_random
from courtside.workflows.ports import Conversation, Ledger, MessageNotEdited

LEASE_SECONDS = 60.0
"""Longer than an edit and a reply may take, each with all its tries."""


@dataclass(frozen=True, slots=True)
class TellChannel:
    """Tells one channel; `say` posts a message there.

    `known` holds the claims that this process has seen to be settled, so that a storm of duplicates asks the ledger
    once in each process and not once a duplicate.
    """

    channel: str
    claims: Claims
    say: Callable[[ChannelMessage], object]
    known: set[str] = field(default_factory=set)

    def tell(self, message: ChannelMessage, *, delivery: str) -> bool:
        """Say a message unless that was done before, and return whether this call said it.

        `delivery` is the id under which the topic delivers it. An alert that was published twice has its own id.
        """

        def say() -> None:
            self.say(message)

        key = ledger_keys.told(self.channel, message.id or delivery)
        if key in self.known:
            return False
        said = self.claims.once(key, say)
        self.known.add(key)
        return said


@dataclass(frozen=True, slots=True)
class Threads:
    """The threads of a channel: the first message about an incident is edited, and what follows is a reply."""

    channel: str
    ledger: Ledger
    conversation: Conversation

    def say(self, message: ChannelMessage) -> None:
        """Say a message where it belongs."""
        if not message.incident:
            self.conversation.post(message)
            return
        key = ledger_keys.thread(self.channel, message.incident)
        thread, _ = read(self.ledger, key, ThreadRecord)
        if thread is None:
            # An end whose beginning has not come is one line.
            head = message if message.telling is Telling.RESOLVED else opened(message)
            self._open(key, message, head, None)
        elif message.id and message.id == thread.begun_by:
            # An earlier delivery of this message was ended just after it had opened the thread.
            return
        elif message.telling is not Telling.OPENED or thread.head.brief:
            self._go_on(key, message)

    def _go_on(self, key: str, message: ChannelMessage) -> None:
        """Edit the head, which may be done again and again, and then reply."""
        for tries in range(MOST_CONFLICTS):
            thread, revision = read(self.ledger, key, ThreadRecord)
            assert thread is not None  # no role may delete from the ledger
            head = head_after(thread.head, message)
            try:
                self.conversation.edit(thread.posted, head)
            except MessageNotEdited as error:
                if error.gone:
                    self._open(key, message, head, thread)
                    return
            changed = thread.model_copy(update={"head": head})
            if self.ledger.put(written(key, changed, expected_revision=revision)):
                self.conversation.reply(thread.posted, message, aloud=message.telling is Telling.ESCALATED)
                return
            wait_at_random(tries)
        raise LedgerBusy(key)

    def _open(self, key: str, message: ChannelMessage, head: ChannelMessage, before: ThreadRecord | None) -> None:
        """Post the head of a thread in the place of the one `before`, if any."""
        record = ThreadRecord(posted=self.conversation.post(head), head=head, begun_by=message.id)

        def keep(documents: Documents) -> bool:
            if documents.find(key, ThreadRecord) != before:
                return False
            documents.write(key, record)
            return True

        if not change_together(self.ledger, keep):
            # Another message opened the thread at the same time, and what follows goes there.
            self.say(message)
