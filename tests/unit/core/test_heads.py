"""The first message of a thread says what was found last, and how the incident ended."""

import pytest

from courtside.contracts.incidents import Severity, Telling
from courtside.core.heads import head_after, opened
from tests.fakes.messages import message_of

HEAD = opened(message_of("Drift in churn", "*What moved*\n• age", line="age moved", incident="i1"))


def test_a_new_finding_takes_the_place_of_the_one_before() -> None:
    news = message_of("Drift in churn", "*What moved*\n• age\n• plan", line="plan too", telling=Telling.UPDATED)
    head = head_after(HEAD, news)
    assert (head.text, head.brief) == (news.text, False)


@pytest.mark.parametrize("telling", [Telling.UPDATED, Telling.ESCALATED])
def test_how_an_incident_stands_is_no_finding(telling: Telling) -> None:
    """An answer that ran out, or nobody's answer, must not hide what moved."""
    line = "The snooze by Ann has run out."
    message = message_of("Still open", f"{line}\n*What to do*: look", line=line, telling=telling, severity="critical")
    head = head_after(HEAD, message)
    assert (head.subject, head.text, head.severity) == (HEAD.subject, HEAD.text, Severity.CRITICAL)


def test_a_beginning_that_comes_late_does_not_hide_what_was_found_since_then() -> None:
    begin = message_of("Drift in churn", "*What moved*\n• plan", line="plan moved", telling=Telling.OPENED)
    assert head_after(HEAD, begin) == HEAD


def test_a_beginning_that_comes_after_nobody_came_says_what_was_found() -> None:
    line = "Nobody has acknowledged this for 4 hours."
    stands = opened(message_of("Nobody came", line, line=line, telling=Telling.ESCALATED, severity="critical"))
    head = head_after(stands, HEAD)
    assert (head.text, head.severity) == (HEAD.text, Severity.CRITICAL)


def test_an_end_is_said_above_what_was_found_and_only_once() -> None:
    end = message_of("Over", "", line="nothing moves", telling=Telling.RESOLVED)
    head = head_after(HEAD, end)
    assert head.subject == "Resolved: Drift in churn"
    assert head.text == "*Resolved*: nothing moves\n\n*What moved*\n• age"
    assert head_after(head, end) == head
