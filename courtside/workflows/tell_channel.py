"""Channels are told once of each alert, and where a bot writes, an incident is one thread."""

from collections.abc import Callable
from dataclasses import dataclass, field

from courtside.contracts import ledger_keys
from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.incidents import Telling
from courtside.contracts.records import ThreadRecord
from courtside.core.heads import head_after, opened
from courtside.workflows.claims import MOST_CONFLICTS, Claim, Claims, finishing
from courtside.workflows.ledger_documents import LedgerBusy, read, written
from courtside.workflows.ledger_transactions import Documents, change_together, wait_at_random
from courtside.workflows.ports import Conversation, Ledger, MessageNotEdited

LEASE_SECONDS = 60.0
"""Longer than an edit and a reply may take, each with all its tries."""


@dataclass(frozen=True, slots=True)
class TellChannel:
    """Tells one channel; `say` posts a message there, and may renew the claim under which it does.

    `known` holds the claims that this process has seen to be settled, so that a storm of duplicates asks the ledger
    once in each process and not once a duplicate.
    """

    channel: str
    claims: Claims
    say: Callable[[ChannelMessage, Claim], object]
    known: set[str] = field(default_factory=set)

    def tell(self, message: ChannelMessage, *, delivery: str) -> bool:
        """Say a message unless that was done before, and return whether this call said it.

        `delivery` is the id under which the topic delivers it. An alert that was published twice has its own id.
        """

        def say(claim: Claim) -> None:
            self.say(message, claim)

        key = ledger_keys.told(self.channel, message.id or delivery)
        if key in self.known:
            return False
        said = self.claims.once(key, say)
        self.known.add(key)
        return said


@dataclass(frozen=True, slots=True)
class Threads:
    """The threads of a channel: the first message about an incident is edited, and what follows is a reply.

    `openings` decide which of several first messages opens a thread; the others wait for it.
    """

    channel: str
    ledger: Ledger
    conversation: Conversation
    openings: Claims

    def say(self, message: ChannelMessage, claim: Claim) -> None:
        """Say a message where it belongs, under a claim that is renewed after a wait."""
        if not message.incident:
            self.conversation.post(message)
            return
        thread = self._thread(message)
        if thread is None:
            # An end whose beginning has not come is one line.
            head = message if message.telling is Telling.RESOLVED else opened(message)
            self._open(message, head, None, claim)
        elif not message.id or message.id != thread.begun_by:
            self._go_on(message, claim)
        # Otherwise an earlier delivery of this message was ended just after it had opened the thread.

    def _go_on(self, message: ChannelMessage, claim: Claim) -> None:
        """Edit the head, which may be done again and again, and then reply."""
        key = ledger_keys.thread(self.channel, message.incident)
        for tries in range(MOST_CONFLICTS):
            thread, revision = read(self.ledger, key, ThreadRecord)
            assert thread is not None  # no role may delete from the ledger
            head = head_after(thread.head, message)
            try:
                self.conversation.edit(thread.posted, head)
            except MessageNotEdited as error:
                if error.gone:
                    self._open(message, head, thread, claim)
                    return
            changed = thread.model_copy(update={"head": head})
            if self.ledger.put(written(key, changed, expected_revision=revision)):
                self.conversation.reply(thread.posted, message, aloud=message.telling is Telling.ESCALATED)
                return
            wait_at_random(tries)
        raise LedgerBusy(key)

    def _open(self, message: ChannelMessage, head: ChannelMessage, before: ThreadRecord | None, claim: Claim) -> None:
        """Post the head of a thread in the place of the one `before`, if any, unless another message does so."""
        opening = self.openings.take(
            ledger_keys.opening(self.channel, message.incident), done=lambda: self._thread(message) != before
        )
        if opening is None:
            # Another message has opened the thread meanwhile, and what follows goes there.
            claim.renew()
            self.say(message, claim)
            return
        with finishing(opening):
            record = ThreadRecord(posted=self.conversation.post(head), head=head, begun_by=message.id)
            key = ledger_keys.thread(self.channel, message.incident)

            def keep(documents: Documents) -> None:
                if documents.find(key, ThreadRecord) == before:
                    documents.write(key, record)

            change_together(self.ledger, keep)
        opening.give_back()

    def _thread(self, message: ChannelMessage) -> ThreadRecord | None:
        return read(self.ledger, ledger_keys.thread(self.channel, message.incident), ThreadRecord)[0]
