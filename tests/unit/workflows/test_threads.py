"""With a bot, an incident is one thread of a channel."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import permutations

import pytest

from courtside.contracts import ledger_keys
from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.incidents import Severity
from courtside.workflows.ports import MessageNotEdited
from tests.fakes.busy_ledger import BusyLedger
from tests.fakes.conversation import ESCALATED, OPENED, RESOLVED, UPDATED, RecordedConversation, Setup
from tests.fakes.messages import message_of


def test_an_incident_is_one_message_that_changes_and_a_reply_for_each_change() -> None:
    setup = Setup()
    setup.tell(OPENED, UPDATED, ESCALATED, RESOLVED)
    ((posted, head),) = setup.conversation.posts.items()
    assert head.subject == "Resolved: Drift in churn"
    assert head.text == "*Resolved*: nothing moves any more\n\n*What moved*\n• age\n• plan"
    assert (head.severity, head.brief) == (Severity.CRITICAL, False)
    assert setup.conversation.replies == [
        (posted, "plan moved too", False),
        (posted, "nobody looked", True),
        (posted, "nothing moves any more", False),
    ]


def test_a_notice_is_a_message_of_its_own() -> None:
    setup = Setup()
    setup.tell(OPENED, message_of("New champion", line="v2"))
    assert len(setup.conversation.posts) == 2
    assert setup.conversation.replies == []


def test_incidents_do_not_share_a_thread() -> None:
    setup = Setup()
    setup.tell(OPENED, OPENED.model_copy(update={"incident": "i2", "id": "i2-opened"}))
    assert len(setup.conversation.posts) == 2


def test_an_update_whose_beginning_never_arrived_is_told_whole() -> None:
    setup = Setup()
    setup.tell(UPDATED)
    (head,) = setup.conversation.posts.values()
    assert (head.text, head.brief) == (UPDATED.text, False)
    setup.tell(RESOLVED)
    assert [said for _, said, _ in setup.conversation.replies] == ["nothing moves any more"]


def test_the_end_of_what_nobody_was_told_of_is_one_line() -> None:
    setup = Setup()
    setup.tell(RESOLVED)
    (only,) = setup.conversation.posts.values()
    assert only.brief


def test_a_beginning_that_comes_after_its_end_is_told_as_over() -> None:
    """The topic keeps no order, and what was refused is delivered again a minute later."""
    setup = Setup()
    setup.tell(RESOLVED, OPENED, UPDATED)
    (head,) = setup.conversation.posts.values()
    assert head.subject == "Resolved: Drift in churn"
    assert head.text == f"*Resolved*: nothing moves any more\n\n{OPENED.text}"
    assert [said for _, said, _ in setup.conversation.replies] == ["age moved", "plan moved too"]


def test_a_message_that_somebody_removed_is_posted_anew() -> None:
    setup = Setup(RecordedConversation(gone=True))
    setup.tell(OPENED, UPDATED)
    assert [each.text for each in setup.conversation.posts.values()] == [OPENED.text, UPDATED.text]
    setup.conversation.gone = False
    setup.tell(RESOLVED)
    assert [posted for posted, _, _ in setup.conversation.replies] == ["ts1"]


def test_a_thread_that_a_busy_ledger_refuses_is_kept_all_the_same() -> None:
    setup = Setup(ledger=BusyLedger(kind="/thread-", refusals=3))
    setup.tell(OPENED, UPDATED)
    assert len(setup.conversation.posts) == 1
    assert [said for _, said, _ in setup.conversation.replies] == ["plan moved too"]


@dataclass
class Meanwhile(RecordedConversation):
    """Something happens while the next message is posted; those in `removed` cannot be edited any more."""

    happens: list[Callable[[], object]] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)

    def edit(self, posted: str, message: ChannelMessage) -> None:
        if posted in self.removed:
            raise MessageNotEdited(posted, gone=True)
        super().edit(posted, message)

    def post(self, message: ChannelMessage) -> str:
        if self.happens:
            self.happens.pop()()
        return super().post(message)


def said_at_once(setup: Setup, first: ChannelMessage, second: ChannelMessage) -> None:
    """Tell two messages, of which the second comes while the first one is being posted, and waits for it."""
    over, settled = threading.Event(), threading.Event()

    def wait(_: float) -> None:
        settled.set()
        assert over.wait(60)

    def tell() -> None:
        Setup(setup.conversation, setup.ledger, wait).tell(second)
        settled.set()

    thread = threading.Thread(target=tell)

    def meanwhile() -> None:
        thread.start()
        assert settled.wait(60)

    setup.conversation.happens.append(meanwhile)  # type: ignore[attr-defined]
    setup.tell(first)
    over.set()
    thread.join()


@pytest.mark.parametrize(("first", "second"), list(permutations([OPENED, UPDATED, ESCALATED, RESOLVED], 2)))
def test_two_messages_of_a_new_incident_at_once_are_one_thread_in_which_each_is_shown_once(
    first: ChannelMessage, second: ChannelMessage
) -> None:
    setup = Setup(Meanwhile())
    said_at_once(setup, first, second)
    ((posted, head),) = setup.conversation.posts.items()
    aloud = second is ESCALATED
    assert setup.conversation.replies == [(posted, second.in_one_line, aloud)]
    assert head.subject.startswith("Resolved: ") == (RESOLVED in {first, second})
    setup.tell(first, second)
    assert len(setup.conversation.posts) + len(setup.conversation.replies) == 2


def test_two_messages_at_once_of_which_the_first_was_removed_are_in_one_new_thread() -> None:
    setup = Setup(Meanwhile(removed={"ts0"}))
    setup.tell(OPENED)
    said_at_once(setup, UPDATED, ESCALATED)
    assert len(setup.conversation.posts) == 2
    assert setup.conversation.replies == [("ts1", "nobody looked", True)]


def test_what_waited_for_a_thread_has_its_whole_lease_for_what_follows() -> None:
    setup, renewed = Setup(Meanwhile()), list[int]()
    key = ledger_keys.told("slack", ESCALATED.id)
    reply = setup.conversation.reply

    def look(posted: str, message: ChannelMessage, *, aloud: bool) -> None:
        renewed.append(setup.ledger.documents[key].revision)
        reply(posted, message, aloud=aloud)

    setup.conversation.reply = look  # type: ignore[method-assign]
    said_at_once(setup, OPENED, ESCALATED)
    # Taken, renewed before it was said, and renewed after the wait.
    assert renewed == [3]


def test_a_message_that_may_not_be_edited_any_more_is_answered_all_the_same() -> None:
    setup = Setup(RecordedConversation(locked=True))
    setup.tell(OPENED, UPDATED)
    assert [said for _, said, _ in setup.conversation.replies] == ["plan moved too"]
