"""A channel is told once of each alert, and with a bot an incident is one thread."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import pytest

from courtside.contracts import ledger_keys
from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.incidents import Severity, Telling
from courtside.workflows.claims import Claim, Claims
from courtside.workflows.ports import MessageNotEdited
from courtside.workflows.tell_channel import TellChannel, Threads
from tests.fakes.busy_ledger import BusyLedger
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
    sleep: Callable[[float], object] = lambda _: None

    def tell(self, *messages: ChannelMessage) -> list[bool]:
        claims = Claims(self.ledger, sleep=self.sleep)
        threads = Threads("slack", self.ledger, self.conversation, claims)
        teller = TellChannel("slack", claims, threads.say)
        return [teller.tell(message, delivery=f"d-{message.in_one_line}") for message in messages]


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


def test_who_was_killed_while_it_opened_a_thread_is_not_waited_for_without_end() -> None:
    setup = Setup()
    assert killed_at(setup, OPENED, 2) is not None
    setup.tell(ESCALATED)
    setup.tell(OPENED)
    assert len(setup.conversation.posts) == 1
    assert [said for _, said, _ in setup.conversation.replies] == ["age moved"]


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


@pytest.mark.parametrize("message", [OPENED, message_of("notice")])
def test_a_repeated_delivery_says_nothing(message: ChannelMessage) -> None:
    setup = Setup()
    assert setup.tell(message, message) == [True, False]
    assert len(setup.conversation.posts) == 1


def alone(setup: Setup) -> Callable[[ChannelMessage, Claim], object]:
    """Return what posts each message by itself, as a webhook does."""
    return lambda message, _: setup.conversation.post(message)


def test_an_alert_that_was_published_twice_is_said_once() -> None:
    """Whoever publishes may be killed before it notes that it did, so the topic delivers it under two ids."""
    setup = Setup()
    teller = TellChannel("slack", Claims(setup.ledger), alone(setup))
    assert [teller.tell(OPENED, delivery=each) for each in ("d1", "d2")] == [True, False]


def test_a_storm_of_duplicates_asks_the_ledger_once() -> None:
    setup = Setup()
    teller = TellChannel("slack", Claims(setup.ledger), alone(setup))
    assert teller.tell(OPENED, delivery="d")
    # Another process said it, which this one finds out once.
    other = TellChannel("slack", Claims(setup.ledger), alone(setup))
    assert not other.tell(OPENED, delivery="d")
    setup.ledger.get = lambda _: pytest.fail("asked again")
    assert not any(each.tell(OPENED, delivery=f"d{number}") for number in range(1_000) for each in (teller, other))
    assert len(setup.conversation.posts) == 1


def test_channels_remember_for_themselves() -> None:
    setup = Setup()
    for channel in ("slack", "teams"):
        assert TellChannel(channel, Claims(setup.ledger), alone(setup)).tell(OPENED, delivery="d")


def test_a_message_that_was_refused_is_said_when_it_is_delivered_again() -> None:
    ledger, said = InMemoryLedger(), list[ChannelMessage]()

    def refuse(*_: object) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        TellChannel("slack", Claims(ledger), refuse).tell(OPENED, delivery="d")
    # It does not wait for a lease to end, which would take a minute here.
    claims = Claims(ledger, sleep=lambda _: pytest.fail("waited"))
    assert TellChannel("slack", claims, lambda message, _: said.append(message)).tell(OPENED, delivery="d")
    assert said == [OPENED]


def test_many_deliveries_at_once_say_it_once() -> None:
    setup, together, deliveries = Setup(), threading.Barrier(20), list[list[bool]]()

    def deliver() -> None:
        together.wait()
        deliveries.append(setup.tell(OPENED))

    threads = [threading.Thread(target=deliver) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(deliveries) == [[False]] * 19 + [[True]]
    assert len(setup.conversation.posts) == 1


class Killed(BaseException):
    """Stands for the end of a process, in which no error handler runs."""


class Mortal:
    """A port whose process is killed just before or just after one chosen call that changes something."""

    def __init__(self, port: Any, count: Callable[[str], None]) -> None:
        self._port, self._count = port, count

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._port, name)
        if name not in {"put", "post", "reply", "edit"}:
            return value

        def call(*args: Any, **named: Any) -> Any:
            self._count(f"before {name}")
            answer = value(*args, **named)
            self._count(f"after {name}")
            return answer

        return call


def killed_at(setup: Setup, message: ChannelMessage, step: int) -> str | None:
    """Tell a message and be killed at a step; return the step's name, or None where there are no more steps."""
    seen: list[str] = []

    def count(name: str) -> None:
        seen.append(name)
        if len(seen) > step:
            raise Killed

    mortal = Setup(Mortal(setup.conversation, count), Mortal(setup.ledger, count))  # type: ignore[arg-type]
    try:
        mortal.tell(message)
    except Killed:
        return seen[-1]
    return None


UNKNOWABLE = {"after post", "after reply", "before put"}
"""Slack has taken a message, and nobody could write that down: only there may it be said once more."""


@pytest.mark.parametrize("message", [OPENED, UPDATED, RESOLVED])
@pytest.mark.parametrize("before", [(), (OPENED,), (OPENED, ESCALATED)])
def test_a_delivery_killed_anywhere_is_finished_by_the_next_and_says_it_once(
    before: tuple[ChannelMessage, ...], message: ChannelMessage
) -> None:
    step, twice = 0, set[str]()
    if message is OPENED:
        before = ()
    while True:
        setup = Setup()
        setup.tell(*before)
        name = killed_at(setup, message, step)
        setup.tell(message)
        setup.tell(message)
        assert setup.conversation.posts
        said = len(setup.conversation.posts) + len(setup.conversation.replies)
        wanted = len(before) + 1
        assert wanted <= said <= wanted + 1
        if said > wanted:
            twice.add(str(name))
        if name is None:
            break
        step += 1
    assert step > 6
    assert twice <= UNKNOWABLE
    (head, *_) = setup.conversation.posts.values()
    assert head.subject.count("Resolved") == (message is RESOLVED and bool(before))


def test_alerts_without_an_id_are_told_too() -> None:
    setup = Setup()
    setup.tell(*(each.model_copy(update={"id": ""}) for each in (OPENED, UPDATED)))
    assert [said for _, said, _ in setup.conversation.replies] == ["plan moved too"]
