"""A channel is told once of each alert."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from courtside.contracts.channels.message import ChannelMessage
from courtside.workflows.claims import Claim, Claims
from courtside.workflows.tell_channel import TellChannel
from tests.fakes.conversation import ESCALATED, OPENED, RESOLVED, UPDATED, Setup
from tests.fakes.messages import message_of
from tests.fakes.ports import InMemoryLedger


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


def test_who_was_killed_while_it_opened_a_thread_is_not_waited_for_without_end() -> None:
    setup = Setup()
    assert killed_at(setup, OPENED, 2) is not None
    setup.tell(ESCALATED)
    setup.tell(OPENED)
    assert len(setup.conversation.posts) == 1
    assert [said for _, said, _ in setup.conversation.replies] == ["age moved"]
